import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../../../../ports/adapter-error';
import type { RunningCommand } from '../../../../ports/command-runner';
import type { Caller } from './access';
import { answeredWithin } from './answered-within';
import { bytesOfText } from './bytes';
import { kindOfText } from '../failure-kind';
import type { Complaints } from './complaints';
import { statementFailed, type Connection, type Explanation } from './session';

const CLOSE_GRACE_MILLISECONDS = 1_000;

/** Arguments of a psql that reads statements from stdin and prints values only. */
export function psqlArguments(connection: string): string[] {
  return [
    '--no-psqlrc',
    '--quiet',
    '--no-align',
    '--tuples-only',
    '--no-password',
    `--dbname=${connection}`,
  ];
}

/**
 * Speaks SQL through a psql that lives as long as the connection: the way into a container, where no port is open.
 * After each statement psql echoes a mark with the SQLSTATE and, after a failure, the message (psql ≥ 11).
 */
export function openPsqlConnection(
  command: RunningCommand,
  place: string,
  { signal, answerSeconds }: Pick<Caller, 'signal' | 'answerSeconds'>,
  complaints?: Complaints,
): Connection {
  const mark = randomUUID();
  const lines = linesOf(command.stdout);
  command.stdin?.on('error', () => undefined); // a psql that is gone is seen at its stdout
  let busy: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function readAnswer(): Promise<readonly string[]> {
    const values: string[] = [];
    for (;;) {
      const line = await nextLine();
      if (!line.startsWith(mark)) {
        values.push(line);
        continue;
      }
      const state = line.slice(mark.length + 1);
      const message = await readMessage();
      if (state === '00000') return values;
      throw statementFailed(place, state, message, await explanation());
    }
  }

  /** psql prints it on standard error, which comes by a way of its own: a mark tells when all of it is there. */
  async function explanation(): Promise<Explanation> {
    if (complaints === undefined || command.stdin === null) return {};
    command.stdin.write(`\\warn ${mark}\n`);
    return complaints.until(mark);
  }

  async function readMessage(): Promise<string> {
    const message: string[] = [];
    for (let line = await nextLine(); line !== mark; line = await nextLine()) message.push(line);
    return message.join('\n');
  }

  async function nextLine(): Promise<string> {
    const { value, done } = await lines.next();
    if (done !== true) return value;
    signal.throwIfAborted();
    throw await connectionLost(command, place);
  }

  return {
    execute(statement) {
      const answer = busy.then(() => {
        signal.throwIfAborted();
        const input = `${statement}\n;\n\\echo ${mark} :SQLSTATE\n\\echo :LAST_ERROR_MESSAGE\n\\echo ${mark}\n`;
        command.stdin?.write(bytesOfText(input));
        const patience = { place, seconds: answerSeconds };
        return answeredWithin(patience, readAnswer, () => void command.kill());
      });
      waiting += 1;
      const settled = () => void (waiting -= 1);
      busy = answer.then(settled, settled); // the next statement waits for this one, not for its success
      return answer;
    },
    async close() {
      command.stdin?.end(); // an idle psql ends by itself, without another round trip to kill it
      const ended = command.exit.then(
        () => true,
        () => true,
      );
      const patience = sleep(waiting === 0 ? CLOSE_GRACE_MILLISECONDS : 0, false, { ref: false });
      if (!(await Promise.race([ended, patience]))) await command.kill();
    },
  };
}

/** Not node:readline: it also breaks lines at characters that a name may hold (U+2028). */
async function* linesOf(stream: Readable): AsyncGenerator<string, undefined> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  return undefined;
}

async function connectionLost(command: RunningCommand, place: string): Promise<AdapterError> {
  const exit = await command.exit;
  const kind = kindOfText(exit.stderrTail);
  const isAway = kind === 'CommandFailed' || kind === 'ServiceUnavailable';
  const said = exit.stderrTail.trim() || `psql ended with ${String(exit.code)}`;
  return new AdapterError(
    isAway ? 'ServiceUnavailable' : kind,
    // A server that refuses a database, a role or a password was reached.
    isAway ? `${place} is not reached: ${said}` : `${place} refuses the connection: ${said}`,
    { argv: command.argv, exitCode: exit.code, signal: exit.signal, stderrTail: exit.stderrTail },
  );
}
