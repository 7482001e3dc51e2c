import { copyNow, copyWorkflowId } from '../../workflows/messages';
import type { CopyInput, CopyOutcome, CopyTrouble } from '../../workflows/model/copy';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../../workflows/model/stack';
import type { Flags, Invocation } from '../command';
import { EXIT_CODES, type ExitCode } from '../exit-codes';
import { renderCopied, renderTrouble } from '../render/copies';
import { readPatience } from '../runs/patience';
import { noSuchCopy } from '../runs/read-from';
import { usageError } from '../runs/usage-error';
import { loadStack } from '../stack';
import { resultOf } from '../temporal/ask-worker';
import { searchAttributes } from '../temporal/attributes';
import { readCopyTrouble } from '../temporal/copy-keepers';
import { requireWorker } from '../temporal/require-worker';
import { withSession, type Session } from '../temporal/session';
import { interruptible, settlesWithin } from '../terminal/interrupt';

const LOOK_MILLISECONDS = 1_000;

/** Wakes the keeper of each copy, and waits until it has caught up or has failed. What is not waited for goes on. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const stack = await loadStack(globals);
  const copies = chosen(stack, operands);
  const patience = readPatience(flags);
  const ends = await withSession(invocation, async (session) => {
    await requireWorker(session, stack.host);
    const keepers = await Promise.all(copies.map((copy) => wake(session, stack, copy, flags)));
    if (patience.detach) return undefined;
    const waiting = interruptible(
      () => {
        output.note('Leaving; the copying goes on.');
      },
      (signal) => followAll(session, keepers, patience.timeoutSeconds, signal),
    );
    return output.waiting(`copying to ${copies.join(', ')}`, waiting);
  });
  if (ends === undefined) {
    output.json('pawl/copy@1', { stack: stack.name, copies: copies.map((copy) => ({ copy })) });
    output.result(`Asked for; \`pawl status\` shows what ${copies.join(', ')} lack.`);
    return EXIT_CODES.done;
  }
  output.json('pawl/copy@1', { stack: stack.name, copies: ends.map(asJson) });
  for (const end of ends) output.result(words(end));
  return worst(ends);
}

function chosen({ name, copies = [] }: StackDescription, wanted: readonly string[]): string[] {
  const known = copies.map((copy) => copy.name);
  if (known.length === 0) {
    throw usageError(
      `${name} has no copies.`,
      'Name them under `copies` of the stack file: `pawl help stack-file`.',
    );
  }
  const unknown = wanted.find((copy) => !known.includes(copy));
  if (unknown !== undefined) throw noSuchCopy({ name, copies } as StackDescription, unknown);
  return wanted.length === 0 ? known : [...new Set(wanted)];
}

interface Keeper {
  readonly stack: string;
  readonly copy: string;
  /** Why it had failed before it was woken. */
  readonly before: CopyTrouble | undefined;
  readonly result: Promise<CopyOutcome>;
}

async function wake(
  session: Session,
  stack: StackDescription,
  copy: string,
  { acceptAnother }: Flags,
): Promise<Keeper> {
  const before = await readCopyTrouble(session, stack.name, copy);
  const input: CopyInput = { stack, copy, ...(acceptAnother === true && { acceptAnother }) };
  const handle = await session.call(() =>
    session.client.workflow.signalWithStart('copy', {
      workflowId: copyWorkflowId(stack.name, copy),
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
      signal: copyNow,
      signalArgs: [input],
      typedSearchAttributes: searchAttributes({ stack: stack.name, host: stack.host }),
      staticSummary: `copies points of ${stack.name} to ${copy}`,
    }),
  );
  return { stack: stack.name, copy, before, result: resultOf<CopyOutcome>(session, handle) };
}

type End =
  | { readonly copy: string; readonly outcome: CopyOutcome }
  | { readonly copy: string; readonly trouble: CopyTrouble }
  /** It is at work still. */
  | { readonly copy: string; readonly left: 'interrupted' | 'timed out' };

function followAll(
  session: Session,
  keepers: readonly Keeper[],
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<readonly End[]> {
  const until = performance.now() + timeoutSeconds * 1000;
  return Promise.all(keepers.map((keeper) => follow(session, keeper, until, signal)));
}

async function follow(
  session: Session,
  { stack, copy, before, result }: Keeper,
  until: number,
  signal: AbortSignal,
): Promise<End> {
  while (!(await settlesWithin(result, LOOK_MILLISECONDS, signal))) {
    if (signal.aborted) return { copy, left: 'interrupted' };
    if (performance.now() > until) return { copy, left: 'timed out' };
    const trouble = await readCopyTrouble(session, stack, copy);
    if (trouble !== undefined && trouble.last !== before?.last) return { copy, trouble };
  }
  return { copy, outcome: await result };
}

function asJson(end: End): object {
  if ('outcome' in end) return end.outcome;
  return 'trouble' in end ? end : { copy: end.copy };
}

function words(end: End): string {
  if ('outcome' in end) return renderCopied(end.outcome);
  if ('trouble' in end) return renderTrouble(end.copy, end.trouble);
  return `${end.copy}: still at work; \`pawl status\` shows what it lacks.`;
}

/** One that failed says more than one that is at work. */
function worst(ends: readonly End[]): ExitCode {
  if (ends.some((end) => 'trouble' in end)) return EXIT_CODES.failed;
  if (ends.some((end) => 'outcome' in end && end.outcome.skipped.length > 0)) {
    return EXIT_CODES.verificationFailed;
  }
  const left = ends.flatMap((end) => ('left' in end ? end.left : []));
  if (left.includes('interrupted')) return EXIT_CODES.detached;
  return left.length > 0 ? EXIT_CODES.timedOut : EXIT_CODES.done;
}
