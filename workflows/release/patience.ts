import type { Deployment } from '../model/deployment';

type Timed = Pick<Deployment, 'ready'> & { readonly timeoutSeconds?: number };
type Values = Readonly<Record<string, number>>;

/** What a person who corrects it sees where the stack file says nothing: then it is as long as a health check may need. */
const UNSAID_SECONDS = 60;

/** What a retry may correct of the wait until a service is ready. */
export function patienceOf({ ready, timeoutSeconds = ready?.timeoutSeconds }: Timed): Values {
  return { timeoutSeconds: timeoutSeconds ?? UNSAID_SECONDS };
}

/** The longest wait, where the stack file or a correction says one. */
export function patienceFor(timed: Timed, values: Values): { readonly timeoutSeconds?: number } {
  const { timeoutSeconds: corrected } = values;
  const isCorrected = corrected !== undefined && corrected !== patienceOf(timed)['timeoutSeconds'];
  const seconds = isCorrected ? corrected : (timed.timeoutSeconds ?? timed.ready?.timeoutSeconds);
  return seconds === undefined ? {} : { timeoutSeconds: seconds };
}

/** What the line of a service's start says of it. */
export function readyDetail({ seconds }: { readonly seconds: number }): {
  readonly detail: string;
} {
  return { detail: `ready after ${seconds.toFixed(1)} s` };
}
