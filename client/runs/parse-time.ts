import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';

const TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Takes `2026-11-21`, `2026-11-21 03:00[:05]`, with a zone or local; gives ISO 8601 in UTC. */
export function parseTime(text: string): string {
  const match = TIME.exec(text.trim());
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = ''] = match ?? [];
  const offset = zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const time = new Date(
    `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour}:${minute}:${second}${offset}`,
  );
  // JavaScript rolls some days over: 2026-02-30 would become 2 March.
  const exists = Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (!match || Number.isNaN(time.getTime()) || !exists) {
    throw new ClientError(EXIT_CODES.usage, `"${text}" is not a time.`, {
      advice:
        'Write it as "2026-11-21 03:00" (local), or with its zone: 2026-11-21T03:00:00+01:00.',
      reason: 'usage',
    });
  }
  return time.toISOString();
}

/** `90s`, `30m`, `2h`, `1d`, or a bare number of seconds; in seconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text.trim());
  const seconds = Number(match?.[1]) * (SECONDS[match?.[2] || 's'] ?? NaN);
  if (Number.isFinite(seconds)) return seconds;
  throw new ClientError(EXIT_CODES.usage, `"${text}" is not a duration.`, {
    advice: 'Write it as 90s, 30m or 2h.',
    reason: 'usage',
  });
}
