import { askingInterceptor } from '../../../sealing/asking';
import { askingOf, insideOf, isAsked } from '../../../workflows/model/seal';

const NOW = Date.parse('2026-11-30T18:00:00Z');
const interceptor = askingInterceptor(() => NOW);

/** What would be sent, of whatever a message has arguments in. */
async function sent(send: (next: (input: unknown) => Promise<never>) => unknown): Promise<object> {
  let given: unknown;
  const next = (input: unknown): Promise<never> => {
    given = input;
    return Promise.resolve(undefined as never);
  };
  await send(next);
  return given as object;
}

function expectAsked(args: unknown, message: string, inside: readonly unknown[]): string {
  const [envelope, ...others] = args as unknown[];
  if (!isAsked(envelope)) throw new Error('it is not asked for');
  expect(others).toEqual([]);
  expect(envelope.args).toEqual(inside);
  const { id, ...rest } = askingOf(envelope);
  expect(rest).toEqual({ message, at: '2026-11-30T18:00:00.000Z' });
  return id ?? '';
}

describe('a client puts around its messages what proves them', () => {
  it('a start', async () => {
    const input = { workflowType: 'points', options: { args: [{ a: 1 }], taskQueue: 'pawl' } };
    const { options } = (await sent((next) =>
      interceptor.startWithDetails?.(input as never, next),
    )) as typeof input;
    expect(options.taskQueue).toBe('pawl');
    expectAsked(options.args, 'points', [{ a: 1 }]);
  });

  it('an update, each time with another id', async () => {
    const input = { updateName: 'freeze', args: [{ by: 'anna' }] };
    const ids = new Set<string>();
    for (let time = 0; time < 3; time += 1) {
      const { args } = (await sent((next) =>
        interceptor.startUpdate?.(input as never, next),
      )) as typeof input;
      ids.add(expectAsked(args, 'freeze', [{ by: 'anna' }]));
    }
    expect(ids.size).toBe(3);
  });

  it('an update with the start of its workflow, each by itself', async () => {
    const input = {
      ...{ workflowType: 'stack', workflowStartOptions: { args: [{ stack: 'melvin' }] } },
      ...{ updateName: 'submit', updateArgs: [{ request: {} }] },
    };
    const given = (await sent((next) =>
      interceptor.startUpdateWithStart?.(input as never, next),
    )) as typeof input;
    const start = expectAsked(given.workflowStartOptions.args, 'stack', [{ stack: 'melvin' }]);
    expect(expectAsked(given.updateArgs, 'submit', [{ request: {} }])).not.toBe(start);
  });

  it('a query and a signal, also without arguments', async () => {
    const query = (await sent((next) =>
      interceptor.query?.({ queryType: 'queue', args: [] } as never, next),
    )) as { args: unknown };
    expectAsked(query.args, 'queue', []);
    const signal = (await sent((next) =>
      interceptor.signal?.({ signalName: 'wake', args: [] } as never, next),
    )) as { args: unknown };
    expectAsked(signal.args, 'wake', []);
  });
});

it('a person is shown what is inside', () => {
  expect(insideOf('as it is')).toBe('as it is');
});
