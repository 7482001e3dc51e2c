import { runbookNamed, type RunbookName, type RunbookRequest } from '../../workflows/catalogue';
import type { Deployment } from '../../workflows/model/deployment';
import type { RestoreOptions } from '../../workflows/model/options';
import { REQUEST_FORMAT, type RequestFrame } from '../../workflows/model/run';
import type { StackDescription } from '../../workflows/model/stack';
import type { Flags } from '../command';
import { usageError } from './usage-error';

/** Who asks, and with which pawl: the same for every runbook. */
export interface Sender {
  readonly requestedBy: string;
  readonly pawlVersion: string;
}

/** A request, with what each of them has beside its runbook's own. Throws: ClientError (usage) */
export function envelope<Name extends RunbookName>(
  runbook: RunbookRequest<Name>,
  stack: StackDescription,
  { hold, despiteFreeze }: Flags,
  sender: Sender,
): RequestFrame & RunbookRequest<Name> {
  if (runbookNamed(runbook.runbook)?.needs === 'deploy') releasedServices(stack);
  if (despiteFreeze?.trim() === '') {
    throw usageError(
      '--despite-freeze needs a reason.',
      'Say why: `--despite-freeze "repairs the login"`.',
    );
  }
  return {
    format: REQUEST_FORMAT,
    ...runbook,
    ...sender,
    stack,
    trigger: 'cli',
    ...(hold === undefined ? {} : { hold }),
    ...(despiteFreeze === undefined ? {} : { despiteFreeze: despiteFreeze.trim() }),
  };
}

/** A part may be `entry` or `entry/database`; which databases there are, only the host knows. */
export function requireParts({ protect }: StackDescription, parts: readonly string[]): void {
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

/** The services of `deploy`. Throws: ClientError (usage: there is none) */
export function releasedServices({ name, deploy }: StackDescription): readonly Deployment[] {
  if (deploy) return deploy.services;
  throw usageError(
    `The stack file of ${name} has no \`deploy\`.`,
    'Name the services to release there; see `pawl help stack-file`.',
  );
}

export function readLeaveOut({ leaveOut }: Flags): Pick<RestoreOptions, 'leaveOut'> {
  if (leaveOut === undefined) return {};
  const names = [...new Set(leaveOut.map((name) => name.trim()))];
  if (!names.includes('')) return { leaveOut: names };
  throw usageError(
    '--leave-out needs the name of an object.',
    "Write it as `--leave-out schema.name`; `--leave-out 'table public.t'` says its kind, too.",
  );
}

/** The number of a release. */
export function readRelease(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(`"${text}" is not a release.`, 'It is a number; `pawl releases` lists them.');
}
