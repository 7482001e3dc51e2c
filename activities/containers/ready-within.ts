import type { ReadyCheck } from '../../workflows/model/deployment';
import type { ServiceContainer } from '../ports/service-containers';

const SECONDS = 60;
/** Between the last verdict of a health check and our seeing it. */
const MARGIN_SECONDS = 10;

interface Timed {
  readonly ready?: Pick<ReadyCheck, 'timeoutSeconds'>;
  readonly timeoutSeconds?: number;
}

/** How long containers may take: the operator's word counts; else nobody gives up before a health check has had its say. */
export function readyWithin(
  { ready, timeoutSeconds = ready?.timeoutSeconds }: Timed,
  containers: readonly Pick<ServiceContainer, 'verdictSeconds'>[],
): number {
  if (timeoutSeconds !== undefined) return timeoutSeconds;
  const verdicts = containers.map(({ verdictSeconds = 0 }) => verdictSeconds + MARGIN_SECONDS);
  return Math.ceil(Math.max(SECONDS, ...verdicts));
}
