import { AdapterError } from '../../../../ports/adapter-error';

/** What a database could not be given, and the server's reason. */
export interface Refusal {
  readonly what: string;
  readonly error: unknown;
}

/** Things named of one reason. */
const NAMED = 5;

/** Of a refused statement; empty for other failures. */
export function stateOf(error: unknown): string {
  return /^[0-9A-Z]{5}(?=: )/.exec(evidenceOf(error))?.[0] ?? '';
}

/** One sentence for each reason. */
export function leftOut(database: string, refusals: readonly Refusal[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { what, error } of refusals) {
    const reason = reasonOf(error);
    byReason.set(reason, [...(byReason.get(reason) ?? []), what]);
  }
  return [...byReason].map(([reason, things]) => {
    const more = things.length > NAMED ? ` and ${things.length - NAMED} more` : '';
    return `Database ${database}: left out ${things.slice(0, NAMED).join(', ')}${more}: ${reason}.`;
  });
}

/** The messages of two states name roles, tablespaces and parameters only; in others may be a setting's value. */
function reasonOf(error: unknown): string {
  const state = stateOf(error);
  if (state === '42704' || state === '42501') return evidenceOf(error).slice(state.length + 2);
  return `the server refused it (SQLSTATE ${state})`;
}

function evidenceOf(error: unknown): string {
  return error instanceof AdapterError ? (error.evidence.stderrTail ?? '') : '';
}
