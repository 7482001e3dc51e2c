import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { readEnd } from '../follow/follow-run';
import type { RunEnd } from '../follow/follow-run';
import { RunObserver } from '../follow/run-observer';
import { isOver } from '../follow/run-view';
import type { RunView } from '../follow/run-view';
import { answerLines } from '../render/approval';
import { renderFailure } from '../render/failure';
import { renderHeld } from '../render/hold';
import { formatTime, printable } from '../render/format';
import { renderOutcome } from '../render/outcome';
import { renderRun } from '../render/run-frame';
import { resolveRun } from '../stack';
import { withSession } from '../temporal/session';
import { workflowPage } from '../temporal/workflow-page';
import type { Output } from '../terminal/output';

/** Long enough for a worker to answer, short enough to go on without one. */
const FIRST_ANSWER_MILLISECONDS = 3_000;
const LOOK_MILLISECONDS = 100;

export async function run(invocation: Invocation): Promise<number> {
  const { operands, globals, output } = invocation;
  const name = await resolveRun(operands[0], globals);
  return withSession(invocation, async (session) => {
    const view = await lookOnce(new RunObserver(session, name));
    const end = isOver(view.status) ? await readEnd(session, view) : { view };
    print(output, end, await workflowPage(session, view.run));
    return EXIT_CODES.done;
  });
}

/** The steps come with a worker's answer: wait a moment for it. */
async function lookOnce(observer: RunObserver): Promise<RunView> {
  const deadline = Date.now() + FIRST_ANSWER_MILLISECONDS;
  for (;;) {
    const view = await observer.look();
    if (view.phase !== undefined || view.status === 'queued' || isOver(view.status)) return view;
    if (Date.now() > deadline) return view;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
}

function print(output: Output, { view, outcome, replaced, failure }: RunEnd, link: string): void {
  output.json('pawl/show@1', { ...view, outcome, replaced, failure, link });
  const screen = { width: output.width, colours: output.colours };
  output.result(renderRun(view, screen, Date.now()).join('\n'));
  const asked = askedWords(view);
  if (asked) output.result(`requested ${asked}`);
  for (const line of answerLines(view.approval)) output.result(line);
  if (view.held) output.result(renderHeld(view));
  if (view.startedAt) output.result(`started ${formatTime(view.startedAt)}`);
  if (view.endedAt) output.result(`ended   ${formatTime(view.endedAt)}`);
  if (failure) output.result(renderFailure(view, failure));
  if (outcome && outcome.state !== 'planned')
    output.result(renderOutcome(outcome, output.textWidth, replaced));
  output.line(output.colours.dim(`see     ${link}`));
}

const TRIGGERS: Readonly<Record<string, string>> = {
  cli: 'on the command line',
  schedule: 'by its schedule',
};

/** Who, how and when. */
function askedWords({ requestedBy, trigger, requestedAt }: RunView): string {
  const by = requestedBy === undefined ? '' : `by ${printable(requestedBy)}`;
  const how = trigger === undefined ? '' : (TRIGGERS[trigger] ?? printable(trigger));
  const at = requestedAt === undefined ? '' : formatTime(requestedAt);
  return [[by, how].filter(Boolean).join(' '), at].filter(Boolean).join(', ');
}
