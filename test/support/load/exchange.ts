import { request, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Ended } from './tally';

/** One request of the mix. */
export interface Question {
  readonly url: URL;
  /** Sent by POST, and to be answered with itself. */
  readonly body?: string;
  readonly slow: boolean;
}

interface Answer {
  readonly status: number;
  readonly version: string;
  readonly text: string;
}

/** Asks once, and once only, and tells what became of it. Never throws: a failure is what is measured. */
export async function ask(
  question: Question,
  agent: Agent,
  timeoutMilliseconds: number,
): Promise<Ended> {
  const startedAt = performance.now();
  const { slow } = question;
  const end = (version: string, more: Partial<Ended> = {}): Ended => {
    return { version, milliseconds: performance.now() - startedAt, slow, ...more };
  };
  try {
    const answer = await exchange(question, agent, timeoutMilliseconds);
    const { status, version } = answer;
    if (status >= 400 && version !== '') return end(version, { byApplication: true });
    if (status !== 200) return end(version, { reason: `status ${status}` });
    return answersWell(question, answer) ? end(version) : end(version, { reason: 'wrong body' });
  } catch (error) {
    return end('', { reason: (error as Error).message });
  }
}

/** An answer of one version that carries the other one's header would hide which of them serves. */
function answersWell({ body }: Question, { text, version }: Answer): boolean {
  return body === undefined ? text.trim() === version : text === body;
}

function exchange(
  { url, body }: Question,
  agent: Agent,
  timeoutMilliseconds: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const asked = request(url, { agent, method: body === undefined ? 'GET' : 'POST' });
    const timer = setTimeout(() => asked.destroy(new Error('timeout')), timeoutMilliseconds);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(new Error(wayOfFailing(error, asked, answered), { cause: error }));
    };
    asked.once('error', fail);
    asked.once('response', (response) => {
      answered = true;
      read(response).then((answer) => {
        clearTimeout(timer);
        resolve(answer);
      }, fail);
    });
    asked.end(body);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response as AsyncIterable<string>) text += chunk;
  const version = response.headers['x-version'];
  return {
    status: response.statusCode ?? 0,
    version: typeof version === 'string' ? version : '',
    text,
  };
}

/** The words of a person, and apart what a client that tries idempotent requests again would not notice. */
function wayOfFailing(error: Error, asked: ClientRequest, answered: boolean): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (message === 'timeout') return answered ? 'timeout in the answer' : 'timeout';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    if (answered) return 'cut off in the answer';
    return asked.reusedSocket ? 'reset on a kept connection' : 'reset';
  }
  return code ?? message;
}
