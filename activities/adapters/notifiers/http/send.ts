import { AdapterError } from '../../../ports/adapter-error';
import { redactor } from '../../process/redact';

/** Of an answer, for a person. */
const BODY_BYTES = 2000;
const BODY_SHOWN = 200;
/** A segment of a path that is shorter is no secret: `api`, `v1`. */
const SHORTEST_SECRET = 6;

export interface Letter {
  /** The channel's name in the stack file. */
  readonly channel: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Beside what is in the address. */
  readonly secrets?: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Sends one POST request, follows no redirect, and returns what was answered.
 * Shape:  address, headers, body → `hc.example.org answered 200`
 * Throws: ServiceUnavailable (no answer, 408, 425, 429, 5xx) · CredentialsRejected (401, 403) · PreconditionFailed
 *         (any other answer) · the signal's reason
 */
export async function send(letter: Letter): Promise<string> {
  const answer = await exchange(letter);
  const said = `${letter.url.host} answered ${answer.status}`;
  if (answer.status >= 200 && answer.status < 300) return said;
  throw refusal(letter, answer, said);
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function exchange(letter: Letter): Promise<Answer> {
  const { channel, url, signal, body } = letter;
  try {
    const response = await fetch(withoutCredentials(url), {
      ...{ method: 'POST', redirect: 'manual', body },
      headers: { 'user-agent': 'pawl', ...basicOf(url), ...letter.headers },
      signal,
    });
    return { status: response.status, body: await beginning(response) };
  } catch (error) {
    signal.throwIfAborted();
    throw new AdapterError(
      'ServiceUnavailable',
      `channel ${channel}: ${url.host} was not told: ${readable(letter, reasonOf(error))}`,
      { advice: `Make sure that ${url.host} can be reached from this host.` },
    );
  }
}

/** A connection whose answer is not read to its end is closed. */
async function beginning({ body }: Response): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, BODY_BYTES).toString();
}

function refusal(letter: Letter, { status, body }: Answer, said: string): AdapterError {
  const { channel } = letter;
  const words = readable(letter, body);
  const message = `channel ${channel}: ${said}${words === '' ? '' : `: ${words}`}`;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return new AdapterError('ServiceUnavailable', message, {});
  }
  if (status === 401 || status === 403) {
    const advice = `Correct the token or the address of ${channel} under \`notify\`.`;
    return new AdapterError('CredentialsRejected', message, { advice });
  }
  const advice =
    status >= 300 && status < 400
      ? `Redirects are not followed: give ${channel} the address that it leads to.`
      : `Correct ${channel} under \`notify\`; \`pawl notify test ${channel}\` tries it out.`;
  return new AdapterError('PreconditionFailed', message, { advice });
}

/** What somebody else wrote: on one line, not much of it, and nothing in it that the request had of secrets. */
function readable({ url, secrets = [] }: Letter, text: string): string {
  const ofAddress = [
    ...[url.username, url.password, ...url.searchParams.values()],
    ...[url.pathname.slice(1), ...url.pathname.split('/')].filter(
      ({ length }) => length >= SHORTEST_SECRET,
    ),
  ];
  const redact = redactor([...ofAddress, ...ofAddress.map(decoded), ...secrets]);
  const line = redact(text)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return line.length > BODY_SHOWN ? `${line.slice(0, BODY_SHOWN)}…` : line;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** `fetch failed` says nothing: what is behind it does, one reason for each address of a name. */
function reasonOf(error: unknown): string {
  const cause = ((error as Error).cause ?? error) as Partial<AggregateError>;
  const each = (cause.errors ?? []) as readonly Error[];
  return each.map(({ message }) => message).join(', ') || (cause.message ?? 'no answer');
}

/** `fetch` refuses an address with a user in it. */
function withoutCredentials(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

function basicOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
