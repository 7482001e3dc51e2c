import type { ReleasesNow } from '../../workflows/model/serving';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderReleases } from '../render/releases';
import { loadStack } from '../stack';
import { askWorker } from '../temporal/ask-worker';
import { withSession } from '../temporal/session';
import { readWarmSlots } from '../temporal/warm-slots';

/** What the host itself keeps, read by its worker; only what is warm is Temporal's to know. */
export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const stack = await loadStack(globals);
  const [{ releases, current, serving, servingUnknown, unreadable = [] }, warm] = await withSession(
    invocation,
    (session) =>
      Promise.all([
        askWorker<ReleasesNow>(session, output, {
          ...{ stack, type: 'releases', prefix: 'releases', input: { stack } },
        }),
        readWarmSlots(session, stack.name),
      ]),
  );
  output.json('pawl/releases@1', {
    stack: stack.name,
    releases,
    current,
    warm,
    serving,
    servingUnknown,
    unreadable,
  });
  output.result(renderReleases(releases, current, { warm, serving }, output.textWidth));
  if (servingUnknown !== undefined) {
    output.note(`What serves is not known: ${servingUnknown}.`);
  }
  for (const { number, reason } of unreadable) {
    output.note(`Release ${number} cannot be read: ${reason}`);
  }
  return EXIT_CODES.done;
}
