import type { Obstacle } from '../../model/obstacle';

/*
 * What people send to a run may come from anywhere, a form in Temporal's UI included: nothing is known of its shape.
 */

/** A reason goes to the audit record and to every page: it is no essay. */
export const LONGEST_MESSAGE = 1000;
export const LONGEST_NAME = 320;

/** A person's reason, where there is one. */
export function reasonIn({ message = '' }: { readonly message?: string }): string | undefined {
  const reason = message.trim();
  return reason === '' ? undefined : reason;
}

export function needsReason(what: string): Obstacle {
  return { obstacle: `a ${what} needs a reason`, advice: 'Add a `message` (-m "why").' };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}
