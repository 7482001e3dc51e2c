import type { FailureType } from '../../../workflows/model/failure-type';
import type { Channel } from '../../../workflows/model/channel';
import { AdapterError } from '../../../activities/ports/adapter-error';
import type { Message, Notifier } from '../../../activities/ports/notifier';
import type { Answer } from '../../support/channels/http-channel';
import { renderNotice } from '../../../workflows/run/people/render-notice';
import type { Notice } from '../../../workflows/model/notice';

/** One kind of channel with its real server. */
export interface NotifierSubject {
  readonly notifier: Notifier;
  readonly channel: Channel;
  /** What its references are resolved to, by their variable. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What a failure must not show, beside those. */
  readonly hidden: readonly string[];
  /** How many messages have arrived, whole. */
  arrived(): Promise<number>;
  answer(how: Answer): Promise<void>;
  stop(): Promise<void>;
}

const NOTICE: Notice = {
  ...{ event: 'failed', stack: 'melvin', host: 'local', run: 'melvin/42', runbook: 'backup' },
  what: 'backup failed (melvin/42)',
  since: '2026-12-01T03:15:00.000Z',
  at: '2026-12-01T03:15:00.000Z',
  why: 'dump accounts: connection refused',
  state: 'Nothing was changed.',
  next: '`pawl show melvin/42` shows its steps.',
};

export function messageOf(change: Partial<Notice> = {}, link?: string): Message {
  const notice = { ...NOTICE, ...change };
  const words = renderNotice(notice, link);
  return {
    ...{ id: 'notify/melvin/42/failed/ops', urgency: 'high', notice },
    ...words,
    ...(link === undefined ? {} : { link }),
  };
}

export function tell(
  { notifier, channel, secrets }: Pick<NotifierSubject, 'notifier' | 'channel' | 'secrets'>,
  message: Message = messageOf(),
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const secret = (reference: object): Promise<string> =>
    Promise.resolve(secrets[(reference as { env: string }).env] ?? '');
  return notifier.tell({ channel, message, site: { directory: '/', secret }, signal });
}

export async function failureOf(told: Promise<string>): Promise<AdapterError> {
  const error: unknown = await told.catch((caught: unknown) => caught);
  if (error instanceof AdapterError) return error;
  throw new Error(`no failure of an adapter: ${String(error)}`);
}

/** What every notifier does, on a server of its own. */
export function notifierContract(
  kind: string,
  start: () => Promise<NotifierSubject>,
  { refused, lacks = [] }: { readonly refused: FailureType; readonly lacks?: readonly Answer[] },
): void {
  describe(`the ${kind} notifier`, () => {
    let subject: NotifierSubject;
    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject.stop());

    it('delivers one message, and returns what was answered', async () => {
      await subject.answer('takes');
      const before = await subject.arrived();
      expect(await tell(subject)).toMatch(/answered|exit code 0/);
      expect(await subject.arrived()).toBe(before + 1);
    });

    const failures: readonly (readonly [Answer, FailureType])[] = [
      ['refuses', refused],
      ['forbids', 'CredentialsRejected'],
      ['is busy', 'ServiceUnavailable'],
      ['redirects', 'PreconditionFailed'],
    ];
    it.each(failures.filter(([answer]) => !lacks.includes(answer)))(
      'says what it means that the other side %s, and no secret',
      async (answer, type) => {
        await subject.answer(answer);
        const failure = await failureOf(tell(subject));
        expect(failure.kind).toBe(type);
        expect(failure.message).toContain(subject.channel.kind === 'command' ? 'exit' : 'ops');
        const text = failure.message + JSON.stringify(failure.evidence);
        for (const hidden of [...Object.values(subject.secrets), ...subject.hidden]) {
          expect(text).not.toContain(hidden);
        }
      },
    );

    it('ends with the signal when nobody answers', async () => {
      await subject.answer('is silent');
      const stop = new AbortController();
      const told = tell(subject, messageOf(), stop.signal);
      const reason = new Error('its time is over');
      const timer = setTimeout(() => {
        stop.abort(reason);
      }, 300);
      await expect(told).rejects.toBe(reason);
      clearTimeout(timer);
    });
  });
}
