import { AdapterError } from '../../ports/adapter-error';
import { NO_PAGE } from './as-data';
import type { Desired } from './configuration';
import { livePage, readServers, serversState, type Server } from './running-state';
import { ask } from './socket';
import {
  pageCommand,
  serverKey,
  trafficCommands,
  wantedPage,
  wantedServers,
  type Wanted,
} from './traffic-commands';

/** A line must fit into a buffer of HAProxy's: 16 KiB where nothing else is said. */
const COMMANDS_IN_A_LINE = 150;

/** Brings weights, states and the maintenance page of the running process to what is desired, and looks whether they are. */
export async function steer(folder: string, desired: Desired, signal: AbortSignal): Promise<void> {
  const page = wantedPage(desired);
  const running = readServers(await serversState(folder, signal));
  const traffic = trafficCommands(running, wantedServers(desired, running));
  const showing = await livePage(folder, signal);
  const turn = showing === page ? [] : [pageCommand(showing, page)];
  // Nobody comes while the shares change under a maintenance: it begins before and ends after.
  await command(folder, page === NO_PAGE ? [...traffic, ...turn] : [...turn, ...traffic], signal);
  await verify(folder, desired, page, signal);
}

/** Whether it came to what was meant, whoever steers looks. */
export async function hint(
  folder: string,
  commandsFor: (running: readonly Server[]) => readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const commands = commandsFor(readServers(await serversState(folder, signal)));
  for (const line of linesOf(commands)) await ask(folder, 'admin.sock', line, signal);
}

async function command(
  folder: string,
  commands: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const line of linesOf(commands)) {
    // A command that is done is answered with an empty line.
    const complaint = (await ask(folder, 'admin.sock', line, signal)).trim();
    if (complaint !== '') throw refused(folder, complaint.replaceAll(/\s*\n\s*/g, '; '));
  }
}

function linesOf(commands: readonly string[]): readonly string[] {
  const starts = commands.flatMap((_, at) => (at % COMMANDS_IN_A_LINE === 0 ? at : []));
  return starts.map((at) => commands.slice(at, at + COMMANDS_IN_A_LINE).join(';'));
}

async function verify(
  folder: string,
  desired: Desired,
  page: string,
  signal: AbortSignal,
): Promise<void> {
  const running = readServers(await serversState(folder, signal));
  // Anew: DNS may have given a server another address since.
  const wanted = wantedServers(desired, running);
  const wrong = wanted.flatMap((server) => {
    const name = serverKey(server);
    const found = running.find((one) => serverKey(one) === name);
    return isAs(found, server) ? [] : [`${name} is ${described(found)}, not ${described(server)}`];
  });
  if (running.length !== wanted.length) wrong.push(`it has ${running.length} servers`);
  if ((await livePage(folder, signal)) !== page) wrong.push('its maintenance is another');
  if (wrong.length > 0) throw refused(folder, wrong.join(', '));
}

function isAs(found: Server | undefined, { state, weight }: Wanted): boolean {
  return found?.state === state && found.weight === weight;
}

function described(server: Wanted | undefined): string {
  return server === undefined ? 'absent' : `${server.state} with weight ${server.weight}`;
}

function refused(folder: string, reason: string): AdapterError {
  return new AdapterError(
    'CommandFailed',
    `The switch in ${folder} did not take its traffic: ${reason.slice(0, 1000)}`,
    { advice: 'The log of its container may say more: `docker logs` shows it.' },
  );
}
