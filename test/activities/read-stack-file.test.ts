import { AdapterError } from '../../activities/ports/adapter-error';
import type { StackFiles } from '../../activities/ports/stack-files';
import { readStackFile } from '../../activities/run/read-stack-file';
import { describeStack } from '../support/descriptions';
import { createInMemoryStackFiles } from '../support/in-memory/stack-files';
import { NO_SECRETS } from '../support/sealed';
import { attempt, STACK } from './ports-in-memory';

const SOURCE = { file: '/srv/melvin/pawl.yaml' };
const KEPT_AT = '2026-11-30T03:15:00.000Z';
const ASKED = { stack: STACK.name, host: STACK.host };
const CHANGED = { ...STACK, onFailure: 'hold' as const };

async function reading(read: StackFiles['read']) {
  const stackFiles = createInMemoryStackFiles(read);
  await stackFiles.keep({ source: SOURCE, description: STACK, keptAt: KEPT_AT });
  const answer = await attempt(() => readStackFile({ stackFiles, secrets: NO_SECRETS })(ASKED));
  return { answer, kept: await stackFiles.kept(STACK.name) };
}

describe('the stack file of a scheduled run', () => {
  it('is read as it is now, and kept', async () => {
    const { answer, kept } = await reading(() => Promise.resolve(CHANGED));
    expect(answer).toEqual({ description: CHANGED });
    expect(kept).toMatchObject({ source: SOURCE, description: CHANGED });
    expect(kept?.keptAt).not.toBe(KEPT_AT);
  });

  it.each([
    [
      'is gone',
      () => Promise.resolve(undefined),
      /is not on this host; what it said at 2026-11-30T03/,
    ],
    [
      'does not validate',
      () =>
        Promise.reject(new AdapterError('PreconditionFailed', 'pawl.yaml:3:1 protect: is missing')),
      /is not valid: pawl.yaml:3:1 protect: is missing; what it said/,
    ],
    [
      'is of another stack',
      () => Promise.resolve(describeStack({ name: 'other' })),
      /is of stack other on host local now/,
    ],
  ])('where it %s, the last valid one is used, and it is said', async (_what, read, remark) => {
    const { answer, kept } = await reading(read);
    expect(answer.description).toEqual(STACK);
    expect(answer.remark).toMatch(remark);
    expect(kept).toEqual({ source: SOURCE, description: STACK, keptAt: KEPT_AT });
  });

  it('is unknown to a host that was never told of it', async () => {
    const stackFiles = createInMemoryStackFiles();
    const work = readStackFile({ stackFiles, secrets: NO_SECRETS });
    expect(await attempt(() => work(ASKED))).toEqual({});
  });
});
