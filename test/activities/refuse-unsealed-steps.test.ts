import { ApplicationFailure } from '@temporalio/common';
import { refuseUnsealedSteps } from '../../worker/refuse-unsealed-steps';
import { answered, asked, UNSEALED } from '../../workflows/model/seal';

const INFO = {
  activityType: 'swapPart',
  workflowExecution: { workflowId: 'melvin/1', runId: 'r1' },
};
const ours = asked({ message: 'swapPart', run: 'r1' }, [{ part: 'accounts' }]);

/** What the step was given, or why it was refused. */
async function taken(
  args: unknown[],
  { info = {}, acceptUnsealed = false }: { info?: object; acceptUnsealed?: boolean } = {},
) {
  const given: unknown[] = [];
  const factory = refuseUnsealedSteps({ acceptUnsealed });
  const { inbound } = factory({ info: { ...INFO, ...info } } as never);
  const result = await inbound?.execute?.({ args, headers: {} }, (input) => {
    given.push(...input.args);
    return Promise.resolve('done');
  });
  return { given, result };
}

describe('a step', () => {
  it('is done when its workflow asked for it, and its answer is told from none', async () => {
    expect(await taken([ours])).toEqual({
      given: [{ part: 'accounts' }],
      result: answered('done'),
    });
  });

  it.each<[string, unknown[], object]>([
    ['is not sealed', [{ [UNSEALED]: 'it is not sealed' }], {}],
    ['has no arguments', [], {}],
    ['has arguments that nothing is around', [{ part: 'accounts' }], {}],
    ['was sealed as another step', [asked({ message: 'dropPart', run: 'r1' }, [{}])], {}],
    ['another run asked for', [asked({ message: 'swapPart', run: 'r0' }, [{}])], {}],
    ['names no run', [asked({ message: 'swapPart' }, [{}])], {}],
    [
      'is of a run that was reset',
      [asked({ message: 'swapPart', run: 'r1', reset: true }, [])],
      {},
    ],
    ['has progress that is not sealed', [ours], { heartbeatDetails: { [UNSEALED]: 'x' } }],
  ])('is refused for good when it %s', async (_what, args, info) => {
    const error: unknown = await taken(args, { info }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(error).toMatchObject({ type: 'PreconditionFailed', nonRetryable: true });
  });

  it('of a run from before 0.2 is done where that is accepted, and marks not even then', async () => {
    const old = { part: 'accounts' };
    expect((await taken([old], { acceptUnsealed: true })).given).toEqual([old]);
    const mark = { [UNSEALED]: 'it is sealed with another key' };
    await expect(taken([mark], { acceptUnsealed: true })).rejects.toThrow(/refused/);
  });
});
