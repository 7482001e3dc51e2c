import { AdapterError } from '../../adapter-error';
import type { CommandExit } from '../../ports';
import { commandEvidence, describeExit } from '../process/command-failure';
import type { TarProgram } from './tar-commands';

const LISTED_NAMES = 10;

/** What GNU tar says of files that lived while it read, and what it means. */
const LIVING: readonly { readonly pattern: RegExp; readonly meaning: string }[] = [
  { pattern: /^\S*tar: (.*): file changed as we read it$/, meaning: 'changed while being read' },
  {
    pattern: /^\S*tar: (.*): File removed before we read it$/,
    meaning: 'disappeared while being read',
  },
  {
    pattern: /^\S*tar: (.*): File shrank by \d+ bytes/,
    meaning: 'shrank while being read, and ends in zeros',
  },
  { pattern: /^\S*tar: (.*): socket ignored$/, meaning: 'are sockets, and left out' },
];

/** GNU tar's 1 means that files changed while it read them; anybody else's is a failure. */
export function isGoodExit(tar: TarProgram, code: number | null): boolean {
  return code === 0 || (code === 1 && tar.kind === 'gnu');
}

/** Sentences for the manifest, out of the end of stderr: names are examples, not all of them. */
export function notesOf(stderrTail: string): string[] {
  const lines = stderrTail.split('\n');
  return LIVING.flatMap(({ pattern, meaning }) => {
    const names = [...new Set(lines.flatMap((line) => pattern.exec(line)?.[1] ?? []))];
    if (names.length === 0) return [];
    const more = names.length > LISTED_NAMES ? ' and more' : '';
    return [`These ${meaning}: ${names.slice(0, LISTED_NAMES).join(', ')}${more}.`];
  });
}

export function tarFailed(place: string, argv: readonly string[], exit: CommandExit): AdapterError {
  const command = { place, argv, exit };
  const refused = /Permission denied|Operation not permitted/.exec(exit.stderrTail) !== null;
  const kind = refused ? 'CredentialsRejected' : 'CommandFailed';
  const evidence = commandEvidence(command);
  const advice = 'Run the worker as root, or as the owner of the files.';
  return new AdapterError(
    kind,
    describeExit(command),
    refused ? { ...evidence, advice } : evidence,
  );
}
