import { createHash } from 'node:crypto';
import { createTransport, type SMTPTransportOptions } from 'nodemailer';
import type { SmtpChannel } from '../../../../workflows/model/channel';
import { AdapterError } from '../../../ports/adapter-error';
import type { Message, Notifier } from '../../../ports/notifier';
import { untilAborted } from '../../../ports/until-aborted';
import { smtpFailure } from './smtp-failure';

/** Of one answer; the whole is the caller's. */
const STEP_MILLISECONDS = 15_000;

export interface SmtpSettings {
  /** Certificates that are trusted beside those that Node trusts. */
  readonly trusted?: readonly string[];
}

/** Mail by SMTP. Headers are made by the library: what is in a title or a name never begins one. */
export function createSmtpNotifier(settings: SmtpSettings = {}): Notifier<SmtpChannel> {
  return {
    async tell({ channel, message, site, signal }) {
      const password = channel.password && (await site.secret(channel.password));
      const transport = createTransport(optionsOf(channel, password, settings));
      try {
        const sent = transport.sendMail(mailOf(channel, message));
        return acceptedBy(channel, await untilAborted(signal, () => sent));
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AdapterError) throw error;
        throw smtpFailure(channel, error, password);
      } finally {
        transport.close();
      }
    },
  };
}

function optionsOf(
  { host, port, security, user }: SmtpChannel,
  password: string | undefined,
  { trusted }: SmtpSettings,
): SMTPTransportOptions {
  return {
    ...{ host, port, secure: security === 'tls' },
    ...{ requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    ...(trusted && { tls: { ca: [...trusted] } }),
    connectionTimeout: STEP_MILLISECONDS,
    greetingTimeout: STEP_MILLISECONDS,
    socketTimeout: STEP_MILLISECONDS,
    dnsTimeout: STEP_MILLISECONDS,
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}

function mailOf({ from, to }: SmtpChannel, { id, title, text, urgency, notice }: Message) {
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 32);
  return {
    ...{ from, to: [...to], subject: title, text: `${text}\n` },
    // The same for each attempt: a mail program shows it once.
    messageId: `<${hash}@pawl.invalid>`,
    priority: urgency,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Pawl-Event': notice.event },
  };
}

/** Who got it would get it again by another attempt: so it is final. */
function acceptedBy(
  { name, host, to }: SmtpChannel,
  { rejected, response }: { readonly rejected: readonly unknown[]; readonly response: string },
): string {
  if (rejected.length === 0) return `${host} answered ${response.slice(0, 100)}`;
  throw new AdapterError(
    'PreconditionFailed',
    `channel ${name}: ${host} refused ${rejected.length} of ${to.length} recipients: ${rejected.map(String).join(', ')}`,
    { advice: `Correct \`to\` of ${name} under \`notify\`; the others were told.` },
  );
}
