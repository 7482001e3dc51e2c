import { AdapterError } from '../../../ports/adapter-error';
import type { CommandExit } from '../../../ports/command-runner';
import { commandEvidence, describeExit } from '../../process/command-failure';
import type { TarProgram } from './tar-commands';

const LISTED_NAMES = 10;

/** What tar says of files that lived while it read, and what it means. The second and third are BusyBox's. */
const LIVING: readonly { readonly pattern: RegExp; readonly meaning: string }[] = [
  { pattern: /^\S*tar: (.*): File removed before we read it$/, meaning: 'disappeared' },
  { pattern: /^\S*tar: can't open '(.*)': No such file or directory$/, meaning: 'disappeared' },
  { pattern: /^\S*tar: (.*): No such file or directory$/, meaning: 'disappeared' },
  { pattern: /^\S*tar: (.*): file changed as we read it$/, meaning: 'changed' },
  {
    pattern: /^\S*tar: (.*): File shrank by \d+ bytes/,
    meaning: 'shrank, and end in zeros in the recovery point:',
  },
  { pattern: /^\S*tar: (.*): socket ignored$/, meaning: 'socket' },
];

const SENTENCES: Readonly<Record<string, string>> = {
  disappeared: 'These disappeared while they were read, and are left out:',
  changed: 'These changed while they were read:',
  socket: 'These are sockets, and left out:',
};

/** What BusyBox says last when it could not read something. */
const DELAYED = /^\S*tar: error exit delayed from previous errors$/;

/** What tar says while it packs, line by line: there may be more of it than the end of stderr that is kept. */
export class TarComplaints {
  private readonly names = new Map<string, { first: string[]; count: number }>();
  private others = 0;

  add(line: string): void {
    if (line === '' || DELAYED.test(line)) return;
    const known = LIVING.find(({ pattern }) => pattern.test(line));
    if (known === undefined) {
      this.others += 1;
      return;
    }
    const name = known.pattern.exec(line)?.[1] ?? '';
    const seen = this.names.get(known.meaning) ?? { first: [], count: 0 };
    this.names.set(known.meaning, seen);
    if (seen.first.includes(name)) return;
    seen.count += 1;
    if (seen.first.length < LISTED_NAMES) seen.first.push(name);
  }

  /** GNU tar's 1 means that files lived while it read them. BusyBox's does when it complains of nothing else. */
  isGoodExit(tar: TarProgram, code: number | null): boolean {
    if (code === 0 || (code === 1 && tar.kind === 'gnu')) return true;
    return code === 1 && this.others === 0 && this.names.has('disappeared');
  }

  /** Sentences for the manifest; names are examples, not all of them. */
  notes(): string[] {
    return [...this.names].map(([meaning, { first, count }]) => {
      const more =
        count > first.length ? ` and ${(count - first.length).toLocaleString('en-GB')} more` : '';
      return `${SENTENCES[meaning] ?? `These ${meaning}`} ${first.join(', ')}${more}.`;
    });
  }
}

/** What GNU tar says of what it could not put back, and goes on as if nothing were. */
const NOT_KEPT =
  /^\S*tar: .*(?:Cannot set '.*' extended attribute|Cannot set POSIX ACLs|Cannot acl_from_text).*$/m;

/** The line of an unpacking tar that says that ACLs or attributes were not restored. */
export function notKept(stderrTail: string): string | undefined {
  return NOT_KEPT.exec(stderrTail)?.[0];
}

/** `folder` is what tar was started in: its argv does not name it. */
export function tarFailed(
  location: string,
  folder: string,
  argv: readonly string[],
  exit: CommandExit,
): AdapterError {
  const command = { location, argv, exit };
  const refused = /Permission denied|Operation not permitted/.exec(exit.stderrTail) !== null;
  const kind = refused ? 'CredentialsRejected' : 'CommandFailed';
  const evidence = commandEvidence(command);
  const advice = adviceFor(exit.stderrTail, refused);
  const text = `${describeExit(command)} (in ${folder})`;
  return new AdapterError(kind, text, advice === undefined ? evidence : { ...evidence, advice });
}

function adviceFor(stderr: string, refused: boolean): string | undefined {
  if (refused) return 'Run the worker as root, or as the owner of the files.';
  if (!/tar: short read$/m.test(stderr)) return undefined;
  return 'A file became shorter while BusyBox tar read it, which it gives up at: exclude the file, or put GNU tar into the image.';
}
