import { ApplicationFailure, Context } from '@temporalio/activity';
import type { NotifyInput } from '../../workflows/model/audience';
import type { Notice } from '../../workflows/model/notice';
import { renderNotice } from '../../workflows/run/people/render-notice';
import { toFailure } from '../frame/to-failure';
import { AdapterError } from '../ports/adapter-error';
import type { HostPorts } from '../ports/host-ports';
import type { Message, Notifier } from '../ports/notifier';
import { untilAborted } from '../ports/until-aborted';

/** Whoever does not answer by then, the program of a secret included, is asked again later. */
const PATIENCE_MILLISECONDS = 30_000;

type NoticePorts = Pick<HostPorts, 'notifiers' | 'pageOf' | 'secrets'>;

/**
 * Sends one notice to one channel.
 * Shape:  { place, channel, notice } → what the channel answered
 * Retry:  safe; whoever was told by an attempt that died is told again, with the same id
 * Throws: ServiceUnavailable (away, or busy) · CredentialsRejected · PreconditionFailed (refused for good) · CommandFailed
 */
export const sendNotice =
  (ports: NoticePorts, patienceMilliseconds = PATIENCE_MILLISECONDS) =>
  async ({ place, channel, notice }: NotifyInput): Promise<string> => {
    const { cancellationSignal, info } = Context.current();
    const patience = AbortSignal.timeout(patienceMilliseconds);
    const signal = AbortSignal.any([cancellationSignal, patience]);
    // Each kind of channel has the notifier of that kind.
    const notifier = ports.notifiers[channel.kind] as Notifier;
    const site = {
      directory: place.directory,
      secret: (reference: Parameters<typeof ports.secrets.resolve>[0]) =>
        ports.secrets.resolve(reference, place),
    };
    const id = info.workflowExecution?.workflowId ?? '';
    const message = messageOf(id, notice, ports.pageOf);
    try {
      const delivery = { channel, message, site, signal };
      return await untilAborted(signal, () => notifier.tell(delivery));
    } catch (error) {
      if (cancellationSignal.aborted) throw error;
      const cause = patience.aborted ? silent(channel.name, patienceMilliseconds) : error;
      throw unhurried(toFailure(cause, info.attempt, (text) => ports.secrets.redact(text)));
    }
  };

function silent(channel: string, milliseconds: number): AdapterError {
  const words = `channel ${channel} was not told: no answer within ${milliseconds / 1000} s`;
  return new AdapterError('ServiceUnavailable', words);
}

const URGENCY: Readonly<Record<Notice['event'], Message['urgency']>> = {
  failed: 'high',
  held: 'high',
  stale: 'high',
  approval: 'normal',
  recovered: 'normal',
  started: 'low',
  succeeded: 'low',
  cancelled: 'low',
  test: 'low',
};

function messageOf(id: string, notice: Notice, pageOf: HostPorts['pageOf']): Message {
  const link = notice.run === undefined ? undefined : pageOf(notice.run);
  return {
    ...{ id, notice, urgency: URGENCY[notice.event] },
    ...renderNotice(notice, link),
    ...(link === undefined ? {} : { link }),
  };
}

/** What is away is asked again as its workflow says, with longer and longer waits, and not every two seconds for a day. */
function unhurried({ type, message, nonRetryable, details }: ApplicationFailure) {
  return ApplicationFailure.create({
    message,
    ...(type ? { type } : {}),
    nonRetryable: nonRetryable === true,
    details: details ?? [],
  });
}
