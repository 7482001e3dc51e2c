import type { AdapterError } from '../../ports/adapter-error';

/*
 * What restic's ends mean. The texts are of restic's own backends, of Go's standard library, of ssh and rclone, and of
 * servers: those that were recorded from real ones are in test/adapters/restic/recorded-failures.ts.
 */

export interface Meaning {
  readonly kind: AdapterError['kind'];
  readonly reason: string;
  readonly advice: string;
}

/** What is known of a call besides its words. */
export interface Circumstances {
  /** The repository lies on another machine. */
  readonly isRemote: boolean;
  /** The repository was there when the run looked: that it is gone is no mistake in the stack file. */
  readonly wasSeen: boolean;
}

/** Begins the reason of each failure that says that there is none. */
export const NO_REPOSITORY = 'there is no repository';

const ABSENT: Meaning = {
  kind: 'PreconditionFailed',
  reason: NO_REPOSITORY,
  advice: 'Check `repository.url` and that its disk is mounted; `pawl backup --init` creates it.',
};

const GONE: Meaning = {
  kind: 'ServiceUnavailable',
  reason: 'the repository is no longer there',
  advice: 'Mount its disk, or start its server; it is tried again until it is back.',
};

const UNREACHABLE: Meaning = {
  kind: 'ServiceUnavailable',
  reason: 'the repository cannot be reached',
  advice: 'It is tried again until it answers.',
};

/** Exit codes that mean one thing (restic manual, "Scripting"; needs restic ≥ 0.17.1). */
const EXIT_CODES: Readonly<Record<number, Meaning>> = {
  10: ABSENT,
  11: {
    kind: 'ResourceBusy',
    reason: 'the repository is locked',
    advice: 'It is tried again until the lock is free.',
  },
  12: {
    kind: 'CredentialsRejected',
    reason: 'the password of the repository is wrong',
    advice:
      'Check `repository.password` in the stack file. Of a file or a command, white space at both ends is no part of ' +
      'it, as for `restic --password-file`; of a variable it is.',
  },
  130: {
    kind: 'CommandFailed',
    reason: 'restic was interrupted by somebody else',
    advice: 'It is tried again.',
  },
};

interface Texts extends Meaning {
  readonly text: RegExp;
  /** Only there; everywhere when absent. */
  readonly of?: 'remote' | 'local';
}

/**
 * Exit code 1 means anything: the cause is in the text. What waiting does not mend comes first, since a server that is
 * away and one that refuses may be told in one breath.
 */
const TEXTS: readonly Texts[] = [
  {
    text: /no space left on device|disk quota exceeded|insufficient storage|quota ?exceeded/i,
    kind: 'CommandFailed',
    reason: 'the disk of the repository is full',
    advice: "Free space on the repository's disk, then start the run again.",
  },
  {
    text: /read-only file system/i,
    kind: 'CommandFailed',
    reason: 'the repository is on a read-only file system',
    advice: 'Mount it writable, then start the run again.',
  },
  {
    text: /invalid lock file/i,
    kind: 'CommandFailed',
    reason: 'a lock in the repository cannot be read, as after a power cut',
    advice: 'When nothing else uses the repository: `restic unlock --remove-all`.',
  },
  {
    text: /unable to open cache|internal\/backend\/cache/,
    kind: 'CommandFailed',
    reason: "restic's cache cannot be used",
    advice:
      "The cache is in the worker's state directory: check its owner and its free space. It may be removed.",
  },
  {
    text: /permission denied|operation not permitted/i,
    of: 'local',
    kind: 'CredentialsRejected',
    reason: "the worker's user may not use the repository",
    advice: "Let the worker's user read and write the repository's folder and everything in it.",
  },
  {
    text: /host key verification failed|remote host identification has changed/i,
    kind: 'PreconditionFailed',
    reason: "ssh does not accept the server's host key",
    advice:
      "Log in once by hand as the worker's user and compare the key; `ssh-keygen -R HOST` forgets an old one.",
  },
  {
    text: /RequestTimeTooSkewed|difference between the (request|client)[^.]{0,20} time/i,
    of: 'remote',
    kind: 'PreconditionFailed',
    reason: "this host's clock and the server's are too far apart",
    advice: 'Set both clocks, best by NTP: `timedatectl` shows whether this one is.',
  },
  {
    text: /permission denied|access ?denied|unauthorized|forbidden|\((401|403)\)|access ?key ?id|signature (we calculated|does ?not ?match)|SignatureDoesNotMatch|authentication ?failed|authorization ?failure|unable to authenticate|default credentials/i,
    of: 'remote',
    kind: 'CredentialsRejected',
    reason: 'access to the repository is denied',
    advice:
      'Check the login of the repository (its key or password: `repository.environment`, or the ssh or rclone ' +
      "configuration of the worker's user) and what it may do there.",
  },
  {
    text: /executable file not found|fork\/exec /,
    kind: 'PreconditionFailed',
    reason: 'a program that restic needs is not on this host',
    advice: "Install it where the worker's PATH has it: `ssh` for sftp, `rclone` for rclone.",
  },
  {
    text: /x509: |tls: failed to verify|certificate (signed by|has expired|is not)/,
    kind: 'PreconditionFailed',
    reason: "the server's certificate is not accepted",
    advice:
      'Where an authority of your own has signed it: `repository.environment: {RESTIC_CACERT: FILE}`.',
  },
  {
    text: /HTTP response to HTTPS client|unsupported protocol scheme|invalid backend|parsing repository location|bucket name cannot/i,
    kind: 'PreconditionFailed',
    reason: 'the address of the repository is not right',
    advice: 'Correct `repository.url` in the stack file.',
  },
  {
    text: /bucket does not exist|NoSuchBucket/i,
    ...ABSENT,
    reason: `${NO_REPOSITORY}, and no bucket for it`,
  },
  {
    text: /find section in config file/,
    kind: 'PreconditionFailed',
    reason: 'rclone does not know this remote',
    advice:
      "Add it with `rclone config` as the worker's user, or name the file in `repository.environment: {RCLONE_CONFIG: FILE}`.",
  },
  {
    text: /no matching ID found|multiple IDs with prefix/i,
    kind: 'PreconditionFailed',
    reason: 'no single snapshot has this id',
    advice: '`pawl points` lists the recovery points.',
  },
  {
    text: /not found in (repository|index)|<index\/[0-9a-f]+>.*(invalid data|does not exist|no such file|too short)|loading index/i,
    kind: 'VerificationFailed',
    reason: 'the index of the repository is damaged or incomplete',
    advice:
      '`restic repair index` rebuilds it from what is stored; then start the run again. What is still missing then is lost.',
  },
  {
    text: /config file has zero size/,
    kind: 'VerificationFailed',
    reason: "the repository's file `config` is empty, as after a power cut",
    advice:
      'Put `config` back from a copy of the repository: restic cannot open it otherwise. Without a copy, ' +
      'keep the repository as it is and name another place for a new one in `repository.url`.',
  },
  {
    text: /ciphertext verification failed|invalid data returned|file is too short|trying to decrypt invalid data|ReadFull\(.*(no such file|does not exist)/i,
    kind: 'VerificationFailed',
    reason: 'what is stored in the repository is damaged',
    advice:
      '`restic check --read-data` says what is damaged, and which command of restic repairs it as far as that can be ' +
      'done. Restore an older recovery point, or from a copy of the repository.',
  },
  {
    text: /connection (refused|reset|lost|timed out|closed)|no such host|name resolution|not resolve hostname|timeout|timed out|unreachable|no route to host|unexpected EOF|file already closed|broken pipe|server misbehaving|sftp session|command exited|talking HTTP to rclone|circuit breaker|HTTP response \((408|429|5\d\d)\)|(Get|Head|Post|Put|Delete|Propfind) \\?"https?:|: EOF$/i,
    of: 'remote',
    ...UNREACHABLE,
  },
  {
    text: /transport endpoint is not connected|stale (NFS )?file handle|host is down|no such device|input\/output error|connection timed out|remote I\/O error|software caused connection abort/i,
    of: 'local',
    kind: 'ServiceUnavailable',
    reason: 'the disk or mount of the repository does not answer',
    advice: 'Mount it again; `dmesg` shows disk errors. It is tried again until it answers.',
  },
];

/** The opening of a repository on another machine, and what restic itself thinks worth trying again. */
const ON_THE_WAY_THERE =
  /^unable to (open (repository at|config file)|create lock|save snapshot|load|list)|returned error, retrying after/;

/** What an end means: by its exit code, else by the words. Undefined where neither says anything. */
export function meaningOf(
  exitCode: number | null,
  words: string,
  { isRemote, wasSeen }: Circumstances,
): Meaning | undefined {
  const byCode = exitCode === null ? undefined : EXIT_CODES[exitCode];
  const meaning = byCode ?? meaningOfWords(words, isRemote);
  return wasSeen && meaning?.reason.startsWith(NO_REPOSITORY) === true ? GONE : meaning;
}

/** Whatever the words of a backend are: on the way to another machine, what is not known to be for good is waited for. */
function meaningOfWords(words: string, isRemote: boolean): Meaning | undefined {
  const here = isRemote ? 'remote' : 'local';
  const known = TEXTS.find(({ text, of = here }) => of === here && text.test(words));
  if (known !== undefined) return known;
  return isRemote && ON_THE_WAY_THERE.test(words) ? UNREACHABLE : undefined;
}
