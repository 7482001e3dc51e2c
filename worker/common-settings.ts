import { NOW_SUFFIX } from '../workflows/model/stack';
import { isIP, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { defaultStateDirectory } from '../toolchain/state-directory';
import { ConfigError, type Setting } from './settings';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;

/** Settings that `pawl worker` and `pawl server` share: the server hands them on to its worker. */
export const COMMON_SETTINGS = {
  host: {
    flag: 'host',
    variable: 'PAWL_HOST',
    placeholder: 'NAME',
    about: 'name of this host in stack files',
    fallback: () => 'local',
    parse: parseHostName,
  },
  stateDirectory: {
    flag: 'state-dir',
    variable: 'PAWL_STATE_DIR',
    placeholder: 'DIR',
    about: 'where this host keeps receipts and the audit record',
    fallback: defaultStateDirectory,
    parse: parseFolder,
  },
  keyFile: {
    flag: 'key-file',
    variable: 'PAWL_KEY_FILE',
    placeholder: 'FILE',
    about:
      'key that seals what passes through Temporal; pawl.key in the state directory unless given',
    parse: parseFile,
  },
  parallelSteps: {
    flag: 'parallel-steps',
    variable: 'PAWL_PARALLEL_STEPS',
    placeholder: 'N',
    about: 'steps that move or build something, or wait, here at the same time',
    fallback: () => '4',
    parse: (text: string) => parseInteger(text, 1, 100),
  },
  healthAddress: {
    flag: 'health-address',
    variable: 'PAWL_HEALTH_ADDRESS',
    placeholder: 'HOST:PORT',
    about:
      '/healthz and /readyz; `none` for none. Default 127.0.0.1:8234, or any port when it is taken',
    parse: (text: string) => (text === 'none' ? text : parseAddress(text)),
  },
  metricsAddress: {
    flag: 'metrics-address',
    variable: 'PAWL_METRICS_ADDRESS',
    placeholder: 'HOST:PORT',
    about: 'Prometheus metrics at /metrics; none unless given, for example 127.0.0.1:9464',
    parse: parseIpAddress,
  },
  logLevel: {
    flag: 'log-level',
    variable: 'PAWL_LOG_LEVEL',
    placeholder: 'LEVEL',
    about: LOG_LEVELS.join(', '),
    fallback: () => 'info',
    parse: (text: string) => parseChoice(text, LOG_LEVELS),
  },
  logFormat: {
    flag: 'log-format',
    variable: 'PAWL_LOG_FORMAT',
    placeholder: 'FORMAT',
    about: 'json, pretty, or auto: pretty on a terminal',
    fallback: () => 'auto',
    parse: (text: string) => parseChoice(text, LOG_FORMATS),
  },
} as const satisfies Record<string, Setting<unknown>>;

export function parsePort(text: string): number {
  return parseInteger(text, 0, 65_535);
}

/** `127.0.0.1:8234`, `[::1]:8234`, or `:8234` for every interface. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):(\d+)$/i.exec(text);
  if (match === null) throw new Error('must be HOST:PORT, such as 127.0.0.1:8234');
  const [, ipv6, name, port = ''] = match;
  return {
    host: ipv6 ?? (name === '' || name === undefined ? '0.0.0.0' : name),
    port: parsePort(port),
  };
}

/** Temporal's core looks up no names. */
function parseIpAddress(text: string): Address {
  const { host, port } = parseAddress(text);
  if (host === 'localhost') return { host: '127.0.0.1', port };
  if (isIP(host) === 0) throw new Error('must be an IP address and a port, such as 127.0.0.1:9464');
  return { host, port };
}

export function formatAddress({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Refuses one port for two things.
 * Throws: ConfigError that names both flags
 */
export function refuseSharedPorts(
  addresses: Readonly<Record<string, Address | 'none' | undefined>>,
): void {
  const taken: { flag: string; address: Address }[] = [];
  for (const [flag, address] of Object.entries(addresses)) {
    // Port 0: any that is free, found later.
    if (address === undefined || address === 'none' || address.port === 0) continue;
    const other = taken.find((earlier) => overlap(earlier.address, address));
    if (other !== undefined)
      throw new ConfigError(`${other.flag} and ${flag} both ask for port ${address.port}`);
    taken.push({ flag, address });
  }
}

function overlap(one: Address, other: Address): boolean {
  const everywhere = [one.host, other.host].some((host) => host === '0.0.0.0' || host === '::');
  return one.port === other.port && (everywhere || one.host === other.host);
}

function parseFolder(text: string): string {
  // `--state-dir "$UNSET"` would be the current folder.
  if (text.trim() === '') throw new Error('must name a folder');
  return resolve(text);
}

function parseFile(text: string): string {
  if (text.trim() === '') throw new Error('must name a file');
  return resolve(text);
}

/** It becomes part of a task queue's name, and of the names of files. */
function parseHostName(text: string): string {
  if (text.endsWith(NOW_SUFFIX)) throw new Error(`must not end with ${NOW_SUFFIX}`);
  if (/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/i.test(text)) return text;
  throw new Error('must be 1 to 63 letters, digits, dots, hyphens and underscores');
}

function parseInteger(text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`must be a whole number from ${least} to ${most}`);
}

function parseChoice<Choice extends string>(text: string, choices: readonly Choice[]): Choice {
  const chosen = choices.find((choice) => choice === text.toLowerCase());
  if (chosen === undefined) throw new Error(`must be one of ${choices.join(', ')}`);
  return chosen;
}
