import { isPortTold } from '../../../workflows/model/port-target';
import type { ComposeModel } from '../../ports/compose';

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

/** By these, nginx-proxy and its companion find a container; a switch has them instead, and no file of the service's. */
const OF_A_PROXY = /^(?:VIRTUAL|LETSENCRYPT)_[A-Z_]+$/;

/**
 * The project with variables in place wherever their values may be secret. Mounts, devices and names are the current ones: a
 * release says for ever what it mounts. So are ports where a variable hides which ones of the container they are.
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
  return withoutNulls({
    ...service,
    ...Object.fromEntries(known.map((key) => [key, resolved[key]])),
    ...portsOfNow(service, resolved),
    ...ofItsFiles(service, resolved),
    ...withOpenArguments(service, resolved),
  });
}

/** Compose writes null where a list or a map has become empty, and then refuses to read it. */
function withoutNulls(of: Fields): Fields {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null));
}

/** Of build arguments whose value comes from who builds, Compose writes none down. */
function withOpenArguments({ build }: Fields, resolved: Fields): Fields {
  if (build === undefined) return {};
  const written = fields(build);
  const { args } = written;
  const all = namesOf(fields(resolved['build'])['args']);
  const open = all.filter((name) => !namesOf(args).includes(name));
  const complete = Array.isArray(args)
    ? [...(args as readonly unknown[]), ...open]
    : { ...fields(args), ...Object.fromEntries(open.map((name) => [name, null])) };
  const added = open.length === 0 ? {} : { args: complete };
  return { build: withoutNulls({ ...written, ...added }) };
}

function portsOfNow({ ports }: Fields, resolved: Fields): Fields {
  const told = !Array.isArray(ports) || ports.every(isPortTold);
  return told || resolved['ports'] === undefined ? {} : { ports: resolved['ports'] };
}

/** What an env file says to a proxy is said by the service itself. */
function ofItsFiles({ environment, env_file: files }: Fields, resolved: Fields): Fields {
  if (files === undefined) return {};
  const told = Object.entries(fields(resolved['environment'])).filter(
    ([name]) => OF_A_PROXY.test(name) && !namesOf(environment).includes(name),
  );
  if (told.length === 0) return {};
  if (!Array.isArray(environment)) {
    return { environment: { ...fields(environment), ...Object.fromEntries(told) } };
  }
  const lines = told.map(([name, value]) => `${name}=${String(value)}`);
  return { environment: [...(environment as readonly unknown[]), ...lines] };
}

/** Of variables or arguments, as a map or as a list of `NAME` and `NAME=value`. */
function namesOf(variables: unknown): readonly string[] {
  if (!Array.isArray(variables)) return Object.keys(fields(variables));
  return variables.map((line) => String(line).split('=')[0] ?? '');
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
