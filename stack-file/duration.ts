const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

/** A number and a unit; five digits keep the longest below 2,000 years. */
export const DURATION = /^[1-9][0-9]{0,4}[smhdw]$/;

/** As `DURATION`, or `0s`: none. */
export const DURATION_OR_NONE = /^(?:0s|[1-9][0-9]{0,4}[smhdw])$/;

/** `undefined` when the text is not a duration. */
export function durationSeconds(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  return Number(text.slice(0, -1)) * (UNIT_SECONDS[text.slice(-1)] ?? Number.NaN);
}

/** Of a duration that the schema has let pass; `0s` is none. */
export function requireSeconds(duration: string): number {
  const value = duration === '0s' ? 0 : durationSeconds(duration);
  if (value === undefined) throw new Error(`${duration} is no duration: the schema let it pass`);
  return value;
}
