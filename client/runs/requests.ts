import type {
  BackupOptions,
  DeployOptions,
  MaintenanceOptions,
  RestoreOptions,
  RollbackOptions,
  RunbookRequest,
} from '../../workflows/model/run';
import { hasSwitch } from '../../workflows/model/deployment';
import type { RunRequest } from '../../workflows/model/run';
import type { StackDescription } from '../../workflows/model/stack';
import type { Flags } from '../command';
import { parseTime } from './parse-time';
import { usageError } from './usage-error';

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
  return envelope({ runbook: 'backup', options }, stack, flags, sender);
}

export function restoreRequest(
  stack: StackDescription,
  parts: readonly string[],
  flags: Flags,
  sender: Sender,
): RequestOf<'restore'> {
  requireParts(stack, parts);
  if (flags.into !== undefined && parts.length !== 1) {
    throw usageError('--into takes exactly one part.', 'Name it: `pawl restore PART --into NAME`.');
  }
  if (flags.into === '') {
    throw usageError(
      '--into needs a name.',
      'Write it as `--into NAME`, of a database or a folder.',
    );
  }
  const options: RestoreOptions = {
    point: choosePoint(flags),
    only: parts,
    ...(flags.into === undefined ? {} : { into: flags.into }),
    ...readLeaveOut(flags),
  };
  return envelope({ runbook: 'restore', options }, stack, flags, sender);
}

function readLeaveOut({ leaveOut }: Flags): Pick<RestoreOptions, 'leaveOut'> {
  if (leaveOut === undefined) return {};
  const names = [...new Set(leaveOut.map((name) => name.trim()))];
  if (!names.includes('')) return { leaveOut: names };
  throw usageError(
    '--leave-out needs the name of an object.',
    "Write it as `--leave-out schema.name`; `--leave-out 'table public.t'` says its kind, too.",
  );
}

export function deployRequest(
  stack: StackDescription,
  flags: Flags,
  sender: Sender,
): RequestOf<'deploy'> {
  const services = requireDeploy(stack);
  const { build = false, push = false } = flags;
  if (push && !build) {
    throw usageError('--push sends what --build has built.', 'Give --build as well.');
  }
  const options: DeployOptions = {
    images: readImages(services, flags.image ?? []),
    ...(build ? { build: { push } } : {}),
  };
  return envelope({ runbook: 'deploy', options }, stack, flags, sender);
}

export function rollbackRequest(
  stack: StackDescription,
  flags: Flags,
  sender: Sender,
): RequestOf<'rollback'> {
  const { to, schema } = flags;
  requireDeploy(stack);
  if (schema !== undefined && schema !== 'keep' && schema !== 'down' && schema !== 'restore') {
    throw usageError(`--schema takes no "${schema}".`, 'It is `keep`, `down` or `restore`.');
  }
  if (flags.leaveOut !== undefined && schema !== 'restore') {
    throw usageError(
      '--leave-out is for data that come back.',
      'Give --schema restore as well, or leave it away.',
    );
  }
  const options: RollbackOptions = {
    ...(to === undefined ? {} : { to: readRelease(to) }),
    ...(schema === undefined ? {} : { schema }),
    ...readLeaveOut(flags),
    // The command has asked for it before the run is started.
    ...(schema === 'restore' ? { confirmation: stack.name } : {}),
  };
  return envelope({ runbook: 'rollback', options }, stack, flags, sender);
}

export function forgetRequest(
  stack: StackDescription,
  flags: Flags,
  sender: Sender,
): RequestOf<'forget'> {
  requireDeploy(stack);
  return envelope({ runbook: 'forget', options: {} }, stack, flags, sender);
}

/** Octets of UTF-8. With more, HAProxy might have no room for the page, since each becomes up to 22 of them. */
const LONGEST_MESSAGE_BYTES = 500;

export function maintenanceRequest(
  stack: StackDescription,
  turn: MaintenanceOptions['turn'],
  services: readonly string[],
  flags: Flags,
  sender: Sender,
): RequestOf<'maintenance'> {
  requireSwitches(stack, services);
  const only = [...new Set(services)];
  const options = turn === 'off' ? { turn, only } : { turn, only, message: readMessage(flags) };
  return envelope({ runbook: 'maintenance', options }, stack, flags, sender);
}

function readMessage({ message }: Flags): string {
  const text = message?.trim() ?? '';
  if (text === '')
    throw usageError('A maintenance needs a message.', 'Add -m "what the page says".');
  const bytes = Buffer.byteLength(text);
  if (bytes <= LONGEST_MESSAGE_BYTES) return text;
  throw usageError(
    `The message has ${bytes} bytes; the page has room for ${LONGEST_MESSAGE_BYTES}.`,
    'Make it shorter, and link to the rest.',
  );
}

function requireSwitches(stack: StackDescription, wanted: readonly string[]): void {
  requireDeploy(stack);
  const services = stack.deploy?.services ?? [];
  const switched = services.filter(hasSwitch);
  const names = switched.map(({ service }) => service);
  if (names.length === 0)
    throw usageError(
      `No service of \`deploy\` has a switch.`,
      'One with `strategy: switch` or `rolling` has.',
    );
  for (const name of wanted.filter((one) => !names.includes(one))) {
    const known = services.some(({ service }) => service === name);
    throw usageError(
      known
        ? `${name} has no switch, since it is recreated.`
        : `\`deploy\` has no service "${name}".`,
      `Services with a switch are: ${names.join(', ')}.`,
    );
  }
}

/** The number of a release. */
export function readRelease(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(`"${text}" is not a release.`, 'It is a number; `pawl releases` lists them.');
}

function envelope<Runbook extends RunbookRequest>(
  runbook: Runbook,
  stack: StackDescription,
  { hold, despiteFreeze }: Flags,
  sender: Sender,
) {
  if (despiteFreeze?.trim() === '') {
    throw usageError(
      '--despite-freeze needs a reason.',
      'Say why: `--despite-freeze "repairs the login"`.',
    );
  }
  return {
    ...{ ...runbook, ...sender, stack, trigger: 'cli' as const },
    ...(hold === undefined ? {} : { hold }),
    ...(despiteFreeze === undefined ? {} : { despiteFreeze: despiteFreeze.trim() }),
  };
}

function choosePoint({ point, at }: Flags): RestoreOptions['point'] {
  if (point !== undefined && at !== undefined) {
    throw usageError('--point and --at exclude each other.', 'Leave one out.');
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
  throw usageError(
    `The stack file protects no ${unknown.map((part) => `"${part}"`).join(', ')}.`,
    `Its parts are: ${names.join(', ')}.`,
  );
}

/** Names of the services that the stack releases. */
function requireDeploy({ name, deploy }: StackDescription): readonly string[] {
  if (deploy) return deploy.services.map(({ service }) => service);
  throw usageError(
    `The stack file of ${name} has no \`deploy\`.`,
    'Name the services to release there; see `pawl help stack-file`.',
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
      throw usageError(`--image takes no "${choice}".`, 'Write it as SERVICE=REFERENCE.');
    }
    if (!services.includes(service)) {
      throw usageError(
        `\`deploy\` has no service "${service}".`,
        `Its services are: ${services.join(', ')}.`,
      );
    }
    if (images.has(service)) {
      throw usageError(`--image names two images for ${service}.`, 'Leave one out.');
    }
    images.set(service, reference);
  }
  return Object.fromEntries(images);
}
