import type { Path } from './tree';

/** A map of the stack file as it stands, before anything is known of its values. */
export type Draft = Readonly<Record<string, unknown>>;

/** `at` says whether the key or (by default) its value is to be pointed at. */
export type Report = (path: Path, message: string, at?: 'key') => void;

export type Rule = (stack: Draft, report: Report) => void;

/** A map as it is, anything else as an empty one. */
export function asDraft(value: unknown): Draft {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as Draft) : {};
}

/** A value as text, whatever it is: a map may well have a key `toString`, which `String` would call. */
export function asText(value: unknown): string {
  return typeof value === 'object' && value !== null ? '' : String(value);
}

/** The entries of `protect` that are maps, whatever is in them. */
export function draftEntries(stack: Draft): readonly (readonly [name: string, entry: Draft])[] {
  return Object.entries(asDraft(stack['protect'])).map(([name, entry]) => [name, asDraft(entry)]);
}

/** Whether an entry of `deploy` is behind a switch, as far as it says what it is. */
export function isSwitched({ strategy }: Draft): boolean {
  return strategy === 'switch' || strategy === 'rolling';
}
