import type { SmtpChannel } from '../../../../workflows/model/channel';
import { AdapterError } from '../../../ports/adapter-error';
import { redactor } from '../../process/redact';

const LONGEST_REASON = 300;

/** What nodemailer says beside its words. */
interface MailError {
  readonly message: string;
  readonly code?: string;
  readonly responseCode?: number;
}

/**
 * What a failed mail means.
 * Shape:  channel, error of the library, password → AdapterError
 * Source: RFC 5321 §4.2.1: 4yz may be tried again, 5yz not; RFC 4954 §6: 530, 534 and 535 are about who sends
 */
export function smtpFailure(
  { name, host, port }: Pick<SmtpChannel, 'name' | 'host' | 'port'>,
  error: unknown,
  password = '',
): AdapterError {
  const { message, code, responseCode } = error as MailError;
  const reason = redactor([password])(message)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, LONGEST_REASON);
  const words = `channel ${name}: ${host}:${port} took no mail: ${reason}`;
  const correct = `Correct ${name} under \`notify\`; \`pawl notify test ${name}\` tries it out.`;
  if (isTemporary(code, responseCode)) {
    return new AdapterError('ServiceUnavailable', words, {});
  }
  const isLogin = code === 'EAUTH' || [530, 534, 535].includes(responseCode ?? 0);
  return new AdapterError(isLogin ? 'CredentialsRejected' : 'PreconditionFailed', words, {
    advice: correct,
  });
}

/** Beside what the server answers: whether there was an answer at all. */
const FINAL_CODES: readonly string[] = ['EAUTH', 'ENOAUTH', 'EENVELOPE', 'EMESSAGE', 'ETLS'];

function isTemporary(code = '', responseCode: number | undefined): boolean {
  if (responseCode !== undefined) return responseCode >= 400 && responseCode < 500;
  return !FINAL_CODES.includes(code);
}
