import { EDGE_SERVICE } from '../../workflows/model/edge';
import { AdapterError } from '../ports/adapter-error';
import { untilSeen } from '../ports/until-seen';
import { runningEdge } from '../containers/edge-state';
import type { Attempt } from '../ports/attempt';
import type { EdgeState } from '../ports/edge';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';

export interface BroughtEdge {
  /** Upper bound of the time without an answer, where one that served was made anew. */
  readonly gapSeconds?: number;
}

const ANSWERS_WITHIN_MILLISECONDS = 30_000;
const LOOK_MILLISECONDS = 200;
const LAST_LINES = 15;

/**
 * Makes the edge what the state says, or lets it read that, and waits until it has. Safe to repeat.
 * Throws: PreconditionFailed (port or name taken) · CommandFailed (Caddy refuses it) · VerificationFailed (it never
 *         answers)
 */
export async function putEdge(
  ports: ReleasePorts,
  site: Site,
  { project, state }: { readonly project: string; readonly state: EdgeState },
  attempt: Attempt,
): Promise<BroughtEdge> {
  const before = await runningEdge(ports, site, project);
  const begin = performance.now();
  const file = await ports.edges.write(site.stack, state.compose, state.taken);
  await ports.compose.up({ site, file, services: [EDGE_SERVICE], attempt });
  await answers(ports, site, project, attempt);
  await ports.edges.settle(site.stack, state);
  const after = await runningEdge(ports, site, project);
  if (before === undefined || before.id === after?.id) return {};
  return { gapSeconds: (performance.now() - begin) / 1000 };
}

/** One that has just been started does not listen on its socket yet; one that cannot serve ends again and again. */
async function answers(
  { caddy, services }: ReleasePorts,
  site: Site,
  project: string,
  attempt: Attempt,
): Promise<void> {
  const away = await untilSeen(
    () => whyAway(() => caddy.reload(site, attempt)),
    (why) => why === undefined,
    {
      everyMilliseconds: LOOK_MILLISECONDS,
      withinMilliseconds: ANSWERS_WITHIN_MILLISECONDS,
      signal: attempt.signal,
    },
  );
  if (away === undefined) return;
  const [edge] = await services.containers(site, project, EDGE_SERVICE);
  const lines = edge === undefined ? '' : await services.lastLines(edge.id, LAST_LINES);
  throw neverAnswers(away, lines);
}

/** Undefined when it is there. A container that does not run is one that may yet. */
async function whyAway(reload: () => Promise<void>): Promise<string | undefined> {
  try {
    await reload();
    return undefined;
  } catch (error) {
    const kinds: readonly string[] = ['ServiceUnavailable', 'PreconditionFailed'];
    if (error instanceof AdapterError && kinds.includes(error.kind)) return error.message;
    throw error;
  }
}

function neverAnswers(why: string, lines: string): AdapterError {
  const text = `the edge does not answer after ${ANSWERS_WITHIN_MILLISECONDS / 1000} s: ${why}`;
  return new AdapterError('VerificationFailed', text, { stderrTail: lines });
}
