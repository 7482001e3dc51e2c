import type { Audience } from '../../model/audience';
import type { ApprovalState } from '../../model/approval';
import type { HeldStep } from '../../model/hold';
import type { Notice } from '../../model/notice';

/** A run that something is told of. */
export interface ToldRun {
  readonly run: string;
  readonly runbook: string;
}

type About = Pick<Audience, 'stack' | 'host'>;

/**
 * What people are told of a step that has failed and waits for them.
 * Shape:  stack and host, run, held step → notice
 */
export function planHeldNotice(about: About, told: ToldRun, held: HeldStep): Notice {
  const { title, failure, since, ways, advice } = held;
  const decide = `\`pawl resolve ${told.run} ${ways.join('|')}\` decides.`;
  return {
    ...noticeOf(about, told),
    ...{ event: 'held', since, at: since },
    what: `${told.runbook} is held (${told.run})`,
    why: `${title}: ${failure}`,
    state: 'The run waits for a person.',
    next: sentences(advice, decide),
  };
}

/**
 * What people are told of a plan that waits for their approval.
 * Shape:  stack and host, run, how far the approval is → notice
 */
export function planApprovalNotice(about: About, told: ToldRun, asked: ApprovalState): Notice {
  const { required, from, requestedBy, since, expiresAt, notes } = asked;
  const wanted = from.length === 0 ? `${required}` : `${required} of ${from.join(', ')}`;
  return {
    ...noticeOf(about, told),
    ...{ event: 'approval', since, at: since },
    what: `${told.runbook} waits for approval (${told.run})`,
    why: sentences(`Requested by ${requestedBy}; needs ${wanted} until ${expiresAt}`, ...notes),
    state: 'Nothing was changed.',
    next: `\`pawl approve ${told.run}\` shows the plan and asks; \`pawl reject ${told.run} -m "why"\` ends it.`,
  };
}

/** What every notice of a run has. */
export function noticeOf(
  { stack, host }: About,
  { run, runbook }: ToldRun,
): Pick<Notice, 'stack' | 'host' | 'run' | 'runbook'> {
  return { stack, host, run, runbook };
}

/** One after the other, each with its full stop. */
export function sentences(...parts: readonly (string | undefined)[]): string {
  return parts
    .flatMap((part) => (part ? [/[.!?…]$/.test(part) ? part : `${part}.`] : []))
    .join(' ');
}
