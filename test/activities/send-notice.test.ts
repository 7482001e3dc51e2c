import type { ApplicationFailure } from '@temporalio/common';
import { sendNotice } from '../../activities/notify/send-notice';
import { AdapterError } from '../../activities/ports/adapter-error';
import type { Delivery, Notifiers } from '../../activities/ports/notifier';
import type { NotifyInput } from '../../workflows/model/audience';
import { portsInMemory, quietEnvironment } from './ports-in-memory';

const AT = '2026-12-01T03:15:00.000Z';
const INPUT: NotifyInput = {
  host: 'local',
  place: { stack: 'melvin', directory: '/opt/melvin' },
  channel: { name: 'ops', kind: 'slack', url: { env: 'URL' }, on: ['failed'] },
  notice: {
    ...{ event: 'failed', stack: 'melvin', host: 'local', run: 'melvin/42', runbook: 'backup' },
    ...{ what: 'backup failed (melvin/42)', since: AT, at: AT },
  },
};

function send(
  tell: (delivery: Delivery) => Promise<string>,
  patienceMilliseconds?: number,
): Promise<string> {
  const ports = {
    ...portsInMemory(),
    notifiers: { slack: { tell } } as unknown as Notifiers,
    pageOf: (id: string) => `https://temporal.example.org/${encodeURIComponent(id)}`,
  };
  const workflowExecution = { workflowId: 'notify/melvin/42/failed/ops', runId: 'r' };
  return quietEnvironment(10_000, { workflowExecution }).run(() =>
    sendNotice(ports, patienceMilliseconds)(INPUT),
  );
}

async function failureOf(told: Promise<string>): Promise<ApplicationFailure> {
  return (await told.catch((error: unknown) => error)) as ApplicationFailure;
}

describe('a notice', () => {
  it('is given to the channel in words, with the id of its event and the page of its run', async () => {
    const delivered: Delivery[] = [];
    const answer = await send((delivery) => {
      delivered.push(delivery);
      return Promise.resolve('took it');
    });
    expect(answer).toBe('took it');
    expect(delivered[0]?.message).toMatchObject({
      ...{ id: 'notify/melvin/42/failed/ops', title: 'melvin: backup failed (melvin/42)' },
      ...{ urgency: 'high', link: 'https://temporal.example.org/melvin%2F42' },
    });
    await expect(delivered[0]?.site.secret({ env: 'URL' })).resolves.toBe('secret');
  });

  it('is tried again when the channel is away, at the pace of its workflow', async () => {
    const away = new AdapterError('ServiceUnavailable', 'nobody there');
    const failure = await failureOf(send(() => Promise.reject(away)));
    expect(failure).toMatchObject({ type: 'ServiceUnavailable', nonRetryable: false });
    expect(failure.nextRetryDelay).toBeUndefined();
  });

  it('is not tried again when it was refused for good', async () => {
    const refused = new AdapterError('PreconditionFailed', 'no such topic', {
      advice: 'Correct it.',
    });
    const failure = await failureOf(send(() => Promise.reject(refused)));
    expect(failure).toMatchObject({ type: 'PreconditionFailed', nonRetryable: true });
    expect(failure.details).toEqual([{ evidence: { advice: 'Correct it.' } }]);
  });

  it('is given up, to be tried again, when the channel never answers', async () => {
    const silent = ({ signal }: Delivery): Promise<string> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    const failure = await failureOf(send(silent, 50));
    expect(failure).toMatchObject({ type: 'ServiceUnavailable', nonRetryable: false });
    expect(failure.message).toContain('channel ops was not told: no answer within 0.05 s');
  });
});
