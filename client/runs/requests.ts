import type {
  BackupOptions,
  DeployOptions,
  RestoreOptions,
  RollbackOptions,
  RunbookRequest,
} from '../../workflows/model/run';
import type { RunRequest } from '../../workflows/model/run';
import type { StackDescription } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import type { Flags } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { parseTime } from './parse-time';

type RequestOf<Name extends RunRequest['runbook']> = Extract<RunRequest, { runbook: Name }>;

/** Who asks, and with which pawl: the same for every runbook. */
export interface Sender {
  readonly requestedBy: string;
  readonly pawlVersion: string;
}

export function backupRequest(
  stack: StackDescription,
  parts: readonly string[],
  flags: Flags,
  sender: Sender,
): RequestOf<'backup'> {
  requireParts(stack, parts);
  const options: BackupOptions = { only: parts, initialise: flags.init ?? false };
  return envelope({ runbook: 'backup', options }, stack, sender);
}

export function restoreRequest(
  stack: StackDescription,
  parts: readonly string[],
  flags: Flags,
  sender: Sender,
): RequestOf<'restore'> {
  requireParts(stack, parts);
  if (flags.into !== undefined && parts.length !== 1) {
    throw usage('--into takes exactly one part.', 'Name it: `pawl restore PART --into NAME`.');
  }
  const options: RestoreOptions = {
    point: choosePoint(flags),
    only: parts,
    ...(flags.into === undefined ? {} : { into: flags.into }),
  };
  return envelope({ runbook: 'restore', options }, stack, sender);
}

export function deployRequest(
  stack: StackDescription,
  flags: Flags,
  sender: Sender,
): RequestOf<'deploy'> {
  const services = requireDeploy(stack);
  const { build = false, push = false } = flags;
  if (push && !build) {
    throw usage('--push sends what --build has built.', 'Give --build as well.');
  }
  const options: DeployOptions = {
    images: readImages(services, flags.image ?? []),
    ...(build ? { build: { push } } : {}),
  };
  return envelope({ runbook: 'deploy', options }, stack, sender);
}

export function rollbackRequest(
  stack: StackDescription,
  { to, schema }: Flags,
  sender: Sender,
): RequestOf<'rollback'> {
  requireDeploy(stack);
  if (schema !== undefined && schema !== 'keep' && schema !== 'down') {
    throw usage(`--schema takes no "${schema}".`, 'It is `keep` or `down`.');
  }
  const options: RollbackOptions = {
    ...(to === undefined ? {} : { to: readRelease(to) }),
    ...(schema === undefined ? {} : { schema }),
  };
  return envelope({ runbook: 'rollback', options }, stack, sender);
}

/** The number of a release. */
export function readRelease(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usage(`"${text}" is no release.`, 'It is a number; `pawl releases` lists them.');
}

function envelope<Runbook extends RunbookRequest>(
  runbook: Runbook,
  stack: StackDescription,
  sender: Sender,
) {
  return { ...runbook, ...sender, stack, trigger: 'cli' } as const;
}

function choosePoint({ point, at }: Flags): RestoreOptions['point'] {
  if (point !== undefined && at !== undefined) {
    throw usage('--point and --at exclude each other.', 'Leave one out.');
  }
  if (at !== undefined) return { at: parseTime(at) };
  return point === undefined ? { newest: true } : { id: point };
}

/** A part may be `entry` or `entry/database`; which databases there are, only the host knows. */
function requireParts({ protect }: StackDescription, parts: readonly string[]): void {
  const names = protect.map(({ name }) => name);
  const unknown = parts.filter((part) => {
    return !names.some((name) => part === name || part.startsWith(`${name}/`));
  });
  if (unknown.length === 0) return;
  throw usage(
    `The stack file protects no ${unknown.map((part) => `"${part}"`).join(', ')}.`,
    `Its parts are: ${names.join(', ')}.`,
  );
}

/** Names of the services that the stack releases. */
function requireDeploy({ name, deploy }: StackDescription): readonly string[] {
  if (deploy) return deploy.services.map(({ service }) => service);
  throw usage(
    `The stack file of ${name} has no \`deploy\`.`,
    'Name the services to release there; see docs/stack-file.md.',
  );
}

/** `api=registry/api:v2`, one for each service. */
function readImages(
  services: readonly string[],
  choices: readonly string[],
): Readonly<Record<string, string>> {
  const images = new Map<string, string>();
  for (const choice of choices) {
    const [, service, reference] = /^([^=\s]+)=([^\s=-]\S*)$/.exec(choice) ?? [];
    if (service === undefined || reference === undefined) {
      throw usage(`--image takes no "${choice}".`, 'Write it as SERVICE=REFERENCE.');
    }
    if (!services.includes(service)) {
      throw usage(
        `\`deploy\` has no service "${service}".`,
        `Its services are: ${services.join(', ')}.`,
      );
    }
    if (images.has(service)) {
      throw usage(`--image names two images for ${service}.`, 'Leave one out.');
    }
    images.set(service, reference);
  }
  return Object.fromEntries(images);
}

function usage(message: string, advice: string): ClientError {
  return new ClientError(EXIT_CODES.usage, message, { advice, reason: 'usage' });
}
