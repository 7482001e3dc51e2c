import type { Invocation } from '../command';
import { containersHere } from '../logs/where';
import { withSession } from '../temporal/session';
import { runDocker } from '../terminal/run-docker';

/** In the first of the containers that serve: `docker compose exec` would enter the switch. Its exit code is ours. */
export async function run(invocation: Invocation): Promise<number> {
  const [service = '', ...command] = invocation.operands;
  const [first] = await withSession(invocation, (session) =>
    containersHere(session, invocation, service),
  );
  const { stdin, stdout } = invocation.output;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const how = isTerminal ? ['--interactive', '--tty'] : ['--interactive'];
  return runDocker(['exec', ...how, first?.id ?? '', ...command], 'inherit');
}
