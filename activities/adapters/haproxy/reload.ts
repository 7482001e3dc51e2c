import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAway } from '../../ports/adapter-error';
import { untilSeen } from '../../ports/until-seen';
import type { SwitchSettings } from '../../ports/switches';
import { portOf, SERVERS_STATE, type Desired } from './configuration';
import { processes, runningShape, serversState } from './running-state';
import { ask } from './socket';
import { writeDurably } from './switch-folder';

const RELOADED_WITHIN_MILLISECONDS = 30_000;
const LOOK_MILLISECONDS = 50;

/**
 * Lets a new worker take the place of the running one: the listening socket goes to it, and what is in flight ends in the
 * old one, at the shares it has, for HAProxy takes no more commands for it; a connection that is kept alive gets one more
 * answer from it. Undefined when the new one serves, else why it does not: then the old one goes on.
 */
export async function reload(
  folder: string,
  { settings }: Desired,
  shape: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { failed } = await processes(folder, signal);
  const servers = withPorts(await serversState(folder, signal), settings);
  await writeDurably(folder, SERVERS_STATE, servers);
  try {
    const refusal = refusalIn(await tellToReload(folder, signal));
    return refusal ?? (await outcome(folder, shape, failed, signal));
  } finally {
    // Who starts later must not believe it.
    await rm(join(folder, SERVERS_STATE), { force: true });
  }
}

/** A restored server would keep its former port, whatever the file says. */
function withPorts(servers: string, settings: SwitchSettings): string {
  const lines = servers.split('\n');
  const names = (lines[1] ?? '').replace(/^# /, '').split(' ');
  const [backend, port] = [names.indexOf('be_name'), names.indexOf('srv_port')];
  const [head, rows] = [lines.slice(0, 2), lines.slice(2)];
  const changed = rows.map((line) => {
    const values = line.split(' ');
    const now = portOf(settings, values[backend] ?? '');
    return now === undefined ? line : values.with(port, String(now)).join(' ');
  });
  return [...head, ...changed].join('\n');
}

/** HAProxy 2.6 closes the connection without a word, for it executes itself anew. */
async function tellToReload(folder: string, signal: AbortSignal): Promise<string> {
  try {
    return await ask(folder, 'master.sock', 'reload', signal);
  } catch (error) {
    if (isAway(error)) return '';
    throw error;
  }
}

/** HAProxy 2.7 and later say how it went, and what the new worker printed. */
function refusalIn(answer: string): string | undefined {
  if (!answer.startsWith('Success=0')) return undefined;
  const alerts = answer.split('\n').flatMap((line) => /\[ALERT\][^:]*: (.*)/.exec(line)?.[1] ?? []);
  return alerts.length > 0 ? alerts.join('; ') : 'it gives no reason';
}

async function outcome(
  folder: string,
  shape: string,
  failedBefore: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isOver = (looked: Looked | undefined) =>
    looked !== undefined && (looked.shape === shape || looked.failed > failedBefore);
  const looked = await untilSeen(() => look(folder, signal), isOver, {
    everyMilliseconds: LOOK_MILLISECONDS,
    withinMilliseconds: RELOADED_WITHIN_MILLISECONDS,
    signal,
  });
  if (looked?.shape === shape) return undefined;
  return isOver(looked)
    ? 'its reason is in the log of its container (HAProxy before 2.7 does not say)'
    : `no new worker serves after ${RELOADED_WITHIN_MILLISECONDS / 1000} s`;
}

interface Looked {
  readonly shape: string | undefined;
  readonly failed: number;
}

/** Undefined while one takes the place of the other. */
async function look(folder: string, signal: AbortSignal): Promise<Looked | undefined> {
  try {
    const { failed } = await processes(folder, signal);
    return { failed, shape: await runningShape(folder, signal) };
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}
