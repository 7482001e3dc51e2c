import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Manifest } from '../../../workflows/model/recovery-point';
import { AdapterError } from '../../ports/adapter-error';
import { manifestSchema } from './manifest-schema';

const OURS = /^pawl\/manifest@(\d+)$/;
const MOST_PROBLEMS = 5;
/** Of another's text in a message. */
const LONGEST_QUOTE = 60;

/**
 * Reads what was stored as a manifest.
 * Shape:  text → manifest
 * Throws: VerificationFailed: no manifest, a damaged one, or one that another pawl has written; the message says which
 */
export function parseManifest(text: string, where: string): Manifest {
  const value = parseJson(text, where);
  const result = checked(value, where);
  if (result.success) return result.data;
  const unknown = unknownHere(value, result.error);
  if (unknown !== undefined) {
    const { by, what } = unknown;
    throw unreadable(
      `${where} was written by ${by} pawl${version(value)}: ${what}`,
      'Restore it with that version of pawl, or a later one.',
    );
  }
  throw unreadable(
    `${where} holds no manifest as pawl writes it: ${problems(result.error)}`,
    '`pawl points` lists the recovery points.',
  );
}

/**
 * The text of a manifest that can be read back; nothing else is stored.
 * Throws: InternalError (a field that the schema does not have, or has otherwise)
 */
export function manifestText(manifest: Manifest): string {
  const text = JSON.stringify(manifest);
  const value = JSON.parse(text) as unknown;
  const result = manifestSchema.safeParse(value);
  if (result.success && isDeepStrictEqual(result.data, value)) return text;
  const why = result.success ? 'a field would be lost' : problems(result.error);
  const message = `The manifest of run ${manifest.run} could not be read back (${why}), so no recovery point was made`;
  throw new AdapterError('InternalError', message);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadable(`${where} holds no manifest: it is no JSON`, LISTS);
  }
}

const LISTS = '`pawl points` lists the recovery points.';

/** What is nested without an end exhausts the stack: no manifest of pawl's is. */
function checked(value: unknown, where: string): z.ZodSafeParseResult<Manifest> {
  try {
    return manifestSchema.safeParse(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw unreadable(
      `${where} holds no manifest as pawl writes it: it is nested too deeply`,
      LISTS,
    );
  }
}

/** What only another pawl has. Only its format's number says that it is a newer one. */
function unknownHere(
  value: unknown,
  { issues }: z.ZodError,
): { readonly by: 'a newer' | 'another'; readonly what: string } | undefined {
  const schema = fieldOf(value, 'schema');
  const format = typeof schema === 'string' ? OURS.exec(schema)?.[1] : undefined;
  if (format === undefined) return undefined;
  if (Number(format) > 1) {
    const what = `its format is pawl/manifest@${format}, and this version reads 1`;
    return { by: 'a newer', what };
  }
  for (const issue of issues) {
    const at = issue.path.join('.');
    if (issue.code === 'invalid_value' && issue.path.at(-1) === 'engine') {
      const engine = issue.path.reduce<unknown>((inside, key) => fieldOf(inside, key), value);
      if (typeof engine === 'string') {
        const what = `${at} is the engine ${quoted(engine)}, which this version does not have`;
        return { by: 'another', what };
      }
    }
  }
  const unknown = issues.find(({ code }) => code === 'unrecognized_keys');
  if (unknown?.code !== 'unrecognized_keys' || issues.length > 1) return undefined;
  const place = unknown.path.length === 0 ? 'it' : unknown.path.join('.');
  const names = unknown.keys.slice(0, MOST_PROBLEMS).map(quoted).join(', ');
  return { by: 'another', what: `${place} has ${names}, which this version does not know` };
}

function fieldOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

function version(value: unknown): string {
  const text = fieldOf(value, 'pawlVersion');
  return typeof text === 'string' && text !== '' ? ` (${quoted(text)})` : '';
}

function problems({ issues }: z.ZodError): string {
  const told = issues
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => `${path.length === 0 ? 'it' : path.join('.')}: ${message}`);
  const more = issues.length - told.length;
  return told.join('; ') + (more > 0 ? ` and ${more} more` : '');
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST_QUOTE));
}

function unreadable(message: string, advice: string): AdapterError {
  return new AdapterError('VerificationFailed', message, { advice });
}
