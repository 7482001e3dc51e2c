import { AdapterError } from '../../ports/adapter-error';

/** What docker-modem rejects with: a system error, or an answer of the engine that is none of the good ones. */
interface DockerodeError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly statusCode?: number;
}

/** Codes of a connection that could not be made, or was lost. */
const CONNECTION_CODE =
  /^(E(NOENT|CONN\w+|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|ERR_STREAM\w*)$/;

/** Of a container that has just died the engine says 409 in the beginning of an exec, and 500 a moment later. */
const NOT_RUNNING = /\bis not running\b|\bis restarting\b|\bis paused\b|\bmarked for removal\b/;

/**
 * The failure of a request to the engine. A container that is gone (404) or does not run counts as unavailable: the
 * next attempt looks for it again, and says `PreconditionFailed` when there is none.
 */
function dockerFailure(error: unknown, attempted: string): AdapterError {
  if (error instanceof AdapterError) return error;
  const { code = '', address, statusCode, message } = error as DockerodeError;
  const at = address === undefined ? '' : ` at ${address}`;
  const cause = { cause: error };
  if (code === 'EACCES') {
    const text = `${attempted}: this user may not use the Docker Engine${at}`;
    const advice = 'Run the worker as root or as a member of the group that owns the socket.';
    return new AdapterError('CredentialsRejected', text, { advice }, cause);
  }
  if (CONNECTION_CODE.test(code)) {
    const text = `${attempted}: the Docker Engine${at} does not answer (${message})`;
    return new AdapterError('ServiceUnavailable', text, {}, cause);
  }
  const gone = statusCode === 404 || statusCode === 409 || NOT_RUNNING.test(message);
  const kind = gone ? 'ServiceUnavailable' : 'CommandFailed';
  return new AdapterError(kind, `${attempted}: ${message.trim()}`, {}, cause);
}

/** An engine that is well answers in milliseconds; one that is busy with a hundred images in seconds. */
const ANSWER_SECONDS = 60;

/**
 * What the engine says to a question. A socket that accepts and never answers is an engine that is away; the question itself
 * cannot be taken back, and ends with its connection.
 * Throws: as `following` · ServiceUnavailable (no answer in time)
 */
export async function asking<Answer>(
  attempted: string,
  request: () => Promise<Answer>,
  seconds = ANSWER_SECONDS,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const text = `${attempted}: the Docker Engine has accepted the question and not answered for ${seconds} s`;
      const advice = 'Does `docker ps` answer? If not, restart the engine.';
      reject(new AdapterError('ServiceUnavailable', text, { advice }));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([following(attempted, request), silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the engine takes its time for: it stops, removes, fetches, or waits. Throws: AdapterError of its failure */
export async function following<Answer>(
  attempted: string,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw dockerFailure(error, attempted);
  }
}
