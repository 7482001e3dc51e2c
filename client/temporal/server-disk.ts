import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  defaultStateDirectory,
  freeBytesOf,
  FULL_BYTES,
  serverFile,
} from '../../toolchain/state-directory';

export interface Disk {
  readonly folder: string;
  readonly isFull: boolean;
}

/** The disk of a `pawl server` on this machine. Undefined when it is another's, or we may not look there. */
export async function diskOfServer(
  address: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): Promise<Disk | undefined> {
  const { TEMPORAL_CONFIG_FILE: config, PAWL_STATE_DIR: told } = environment;
  const folders = [
    ...(config ? [dirname(config)] : []),
    told || defaultStateDirectory(environment),
  ];
  const port = portOf(address);
  for (const folder of port === undefined ? [] : folders) {
    if (portOf(await addressOfServer(folder)) !== port) continue;
    return { folder, isFull: (await freeBytesOf(folder)) < FULL_BYTES };
  }
  return undefined;
}

/** Of the server that runs in this folder; empty when there is none. */
async function addressOfServer(folder: string): Promise<string> {
  try {
    const text = await readFile(serverFile(folder), 'utf8');
    const { address } = JSON.parse(text) as { address?: unknown };
    return typeof address === 'string' ? address : '';
  } catch {
    // Missing, not ours to read, or cut off: then nothing is known of its disk.
    return '';
  }
}

/** Undefined of another machine's: a `pawl server` is reached by this one alone. */
function portOf(address: string): string | undefined {
  return /^(?:localhost|127\.[\d.]+|\[?::1\]?):(\d+)$/.exec(address)?.[1];
}
