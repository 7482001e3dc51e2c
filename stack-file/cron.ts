import { Cron } from 'croner';

const FIELDS = 5;
const EVERY_DAY = /^\*(?:\/1)?$/;
/** A year of nights. */
const LOOKED_AT = 400;
const WEEK_SECONDS = 7 * 86_400;
const FIELD = /^[0-9a-z*,/-]+$/i;
const WORD = /[a-z]+/gi;
const NAMES = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

/** Undefined of five fields that Temporal and cron(8) read alike; else what is wrong, as the end of a sentence. */
export function cronProblem(text: string): string | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length === FIELDS + 1) return sixFields(fields);
  if (fields.length !== FIELDS || !fields.every(isField)) {
    return 'must be five fields: minute, hour, day of the month, month, day of the week, such as `15 3 * * *`';
  }
  const [, , dayOfMonth = '', , dayOfWeek = ''] = fields;
  if (!EVERY_DAY.test(dayOfMonth) && !EVERY_DAY.test(dayOfWeek)) {
    return 'has a day of the month and one of the week: cron takes either, Temporal both; leave one of them `*`';
  }
  try {
    const next = new Cron(fields.join(' '), { mode: '5-part', timezone: 'UTC' }).nextRun();
    return next === null ? 'never comes' : undefined;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return asProblem(error);
    throw error;
  }
}

/**
 * The shortest and the longest time from one start to the next, in the year from now on or the first 400 starts. What starts so
 * often that those are over within a week may have a longer gap later in it: then the longest is a week.
 */
export function gapsSeconds(
  { cron, zone }: { readonly cron: string; readonly zone: string },
  from: Date,
  lookedAt = LOOKED_AT,
): { readonly shortest: number; readonly longest: number } {
  const times = new Cron(cron, { mode: '5-part', timezone: zone }).nextRuns(lookedAt, from);
  const seconds = times.map((time) => time.getTime() / 1000);
  const gaps = seconds.slice(1).map((time, index) => time - (seconds[index] ?? time));
  const isOften = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0) < WEEK_SECONDS;
  return {
    shortest: Math.min(...gaps),
    longest: isOften ? WEEK_SECONDS : Math.max(...gaps),
  };
}

/** Croner knows more (`L`, `W`, `#`) than Temporal does. */
function isField(field: string): boolean {
  return FIELD.test(field) && (field.match(WORD) ?? []).every((word) => NAMES.test(word));
}

function sixFields([first = '', ...rest]: readonly string[]): string {
  const [minute = '', hour = ''] = rest;
  return (
    `has six fields, and the first of six is the second: it would start at second \`${first}\` of minute \`${minute}\` of hour \`${hour}\`; ` +
    `write the five from the minute on, such as \`${rest.join(' ')}\``
  );
}

function asProblem({ message }: Error): string {
  return `is not what cron reads: ${message.replace(/^CronPattern: /, '')}`;
}
