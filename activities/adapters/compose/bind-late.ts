import type { ComposeModel } from '../../release-ports';

interface Readings {
  /** Variables in place, paths made absolute. */
  readonly written: ComposeModel;
  /** Variables in place, paths as they are written. */
  readonly paths: ComposeModel;
  /** Variables replaced. */
  readonly resolved: ComposeModel;
}

type Fields = Readonly<Record<string, unknown>>;

/** Keys of a service whose short form Compose takes apart at its colons, those within `${…:-…}` too. */
const TAKEN_APART = ['volumes', 'devices'];

/** Their names begin with the project's, which may be a variable itself. */
const NAMED = ['networks', 'volumes', 'secrets', 'configs'];

/**
 * The project with variables in place wherever their values may be secret. Mounts, devices and names are those of now: a
 * release says for ever what it mounts.
 */
export function bindLate({ written, paths, resolved }: Readings): ComposeModel {
  const model = fields(withWrittenPaths(written, paths));
  const named = NAMED.flatMap((kind) =>
    model[kind] === undefined
      ? []
      : [[kind, each(fields(model[kind]), fields(resolved[kind]), withName)] as const],
  );
  return {
    ...model,
    ...Object.fromEntries(named),
    services: each(fields(model['services']), fields(resolved['services']), withMounts),
    name: resolved['name'],
  };
}

/** A path that begins with a variable was taken for a relative one, and the project's folder put before it. */
function withWrittenPaths(written: unknown, paths: unknown): unknown {
  if (typeof written === 'string') {
    return typeof paths === 'string' && paths.startsWith('$') ? paths : written;
  }
  if (Array.isArray(written)) {
    const others: readonly unknown[] = Array.isArray(paths) ? paths : [];
    return written.map((item, index) => withWrittenPaths(item, others[index]));
  }
  if (typeof written !== 'object' || written === null) return written;
  const others = fields(paths);
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => [key, withWrittenPaths(value, others[key])]),
  );
}

function withMounts(service: Fields, resolved: Fields): Fields {
  const known = TAKEN_APART.filter((key) => key in service && key in resolved);
  return { ...service, ...Object.fromEntries(known.map((key) => [key, resolved[key]])) };
}

function withName(resource: Fields, { name }: Fields): Fields {
  return name === undefined ? resource : { ...resource, name };
}

/** Changes each of a map's values by what Compose resolved it to; what nothing uses has not been resolved. */
function each(all: Fields, resolved: Fields, change: (one: Fields, to: Fields) => Fields): Fields {
  return Object.fromEntries(
    Object.entries(all).map(([key, one]) => [key, change(fields(one), fields(resolved[key]))]),
  );
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
