import type { HoldAnswer, HoldWay } from '../../workflows/model/hold';
import type { Flags, Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderHeld, renderResolved } from '../render/hold';
import { requireReason, usageError } from '../runs/usage-error';
import { resolveRun } from '../stack';
import { readHeldRun, resolveHold } from '../temporal/holds';
import { requester } from '../temporal/requester';
import { requireWorker } from '../temporal/require-worker';
import { withSession } from '../temporal/session';
import { confirmByYes } from '../terminal/ask';

const QUESTIONS: Readonly<Record<HoldWay, string>> = {
  retry: 'Try it again',
  skip: 'Go on without it',
  abort: 'Undo the run',
};

/** Shows what is held, asks, and decides. Whether the decision may be taken, the run alone decides. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const [name, way] = operands as readonly [string, HoldWay];
  const { run: held } = await resolveRun(name, globals);
  const answer: HoldAnswer = { by: requester(), way, ...details(flags, way) };
  const confirmed = confirmByYes(output, globals.yes, QUESTIONS[way]);
  return withSession(invocation, async (session) => {
    await requireWorker(session);
    output.line(renderHeld(await readHeldRun(session, held)));
    await confirmed();
    const resolved = await resolveHold(session, held, answer);
    output.json('pawl/resolve@1', { run: held, ...resolved });
    output.result(renderResolved(held, resolved));
    return EXIT_CODES.done;
  });
}

function details(flags: Flags, way: HoldWay): Partial<HoldAnswer> {
  const message = way === 'skip' ? requireReason(flags, 'skip') : flags.message?.trim();
  const { step, set = [] } = flags;
  return {
    ...(message ? { message } : {}),
    ...(step === undefined ? {} : { step }),
    ...(set.length === 0 ? {} : { values: Object.fromEntries(set.map(readValue)) }),
  };
}

function readValue(text: string): readonly [name: string, value: number] {
  const [, name, value] = /^([A-Za-z]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, Number(value)];
  throw usageError(
    `--set takes no "${text}".`,
    'Write it as NAME=NUMBER, such as timeoutSeconds=120.',
  );
}
