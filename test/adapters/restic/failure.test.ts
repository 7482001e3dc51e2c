import { isHopeless, resticFailure } from '../../../activities/adapters/restic/failure';
import type { Circumstances } from '../../../activities/adapters/restic/meanings';
import { RECORDED } from './recorded-failures';

const LOCAL: Circumstances = { isRemote: false, wasSeen: false };
const REMOTE: Circumstances = { isRemote: true, wasSeen: false };

function failureFor(code: number, stderrTail: string, circumstances = LOCAL, saw?: string) {
  const exit = { code, signal: null, stderrTail, elapsedSeconds: 1.23 };
  const command = { location: 'host', argv: ['restic', 'backup'], exit };
  return resticFailure('Storing part accounts in /srv/backup', command, circumstances, saw);
}

const said = (message: string): string =>
  JSON.stringify({ message_type: 'exit_error', code: 1, message });

test.each([
  [10, '', 'PreconditionFailed'],
  [11, '', 'ResourceBusy'],
  [12, '', 'CredentialsRejected'],
  [130, '', 'CommandFailed'],
  [3, '', 'CommandFailed'],
  [99, '', 'CommandFailed'],
  [1, said('Fatal: write data/c6: no space left on device'), 'CommandFailed'],
  [1, said('Fatal: open locks/1: permission denied'), 'CredentialsRejected'],
  [
    1,
    said('Fatal: failed to find snapshot: no matching ID found for prefix "x"'),
    'PreconditionFailed',
  ],
  [1, said('ciphertext verification failed'), 'VerificationFailed'],
  [
    1,
    said(
      'Fatal: cannot dump file: ReadFull(<data/f0>): open q/data/f0/f0: no such file or directory',
    ),
    'VerificationFailed',
  ],
  [
    1,
    said('Fatal: stat /mnt/nas/config: transport endpoint is not connected'),
    'ServiceUnavailable',
  ],
  [1, said('Fatal: open /mnt/nas/config: stale NFS file handle'), 'ServiceUnavailable'],
  [1, said('Fatal: open /mnt/nas/config: host is down'), 'ServiceUnavailable'],
])('takes exit code %d with %j for %s', (code, stderr, kind) => {
  expect(failureFor(code, stderr).kind).toBe(kind);
});

test.each(
  RECORDED.map((recorded) => [`${recorded.backend}, when ${recorded.what}`, recorded] as const),
)(
  'understands what restic said of %s',
  (_title, { backend, code = 130, stderr = '', saw, kind }) => {
    const circumstances = backend === 'local' ? LOCAL : REMOTE;
    expect(failureFor(code, stderr, circumstances, saw).kind).toBe(kind);
  },
);

test('waits for another machine whatever the words are, but not for what is refused for good', () => {
  const unheard = (text: string) => failureFor(1, said(text), REMOTE).kind;
  const opening = 'Fatal: unable to open repository at sftp:box:/srv/repo: ';
  expect(unheard(`${opening}the moon is in the wrong quarter`)).toBe('ServiceUnavailable');
  expect(unheard(`${opening}ssh: unable to authenticate, no supported methods remain`)).toBe(
    'CredentialsRejected',
  );
  expect(unheard('Fatal: unknown flag: --frobnicate')).toBe('CommandFailed');
  const refusal = 'subprocess ssh: ops@nas: Permission denied (publickey).\n';
  const end = said(`${opening}unable to start the sftp session, error: unexpected EOF`);
  const failure = failureFor(1, refusal + end, REMOTE);
  expect(failure.kind).toBe('CredentialsRejected');
  expect(failure.message).toContain('ssh: ops@nas: Permission denied (publickey).');
});

test('waits for a repository that the run has seen and that is gone, and for no other', () => {
  const none = said('Fatal: repository does not exist: unable to open config file');
  expect(failureFor(10, none, { ...LOCAL, wasSeen: true }).kind).toBe('ServiceUnavailable');
  expect(failureFor(10, none, { ...REMOTE, wasSeen: true }).kind).toBe('ServiceUnavailable');
  expect(failureFor(10, none).kind).toBe('PreconditionFailed');
});

test('names `restic repair index` where the index is at fault, and nowhere else', () => {
  const advice = (text: string) => failureFor(1, said(text)).evidence.advice ?? '';
  const lost = 'loading tree for snapshot "b8" failed: id 4aba not found in repository';
  expect(advice(lost)).toMatch(/^`restic repair index`/);
  expect(advice('LoadRaw(<index/21c472f5d2>): invalid data returned')).toMatch(
    /^`restic repair index`/,
  );
  expect(advice('write data/c6: no space left on device')).not.toContain('repair');
});

test('advises for damaged packs what mends them', () => {
  const { evidence } = failureFor(1, said('ciphertext verification failed'));
  expect(evidence.advice).toContain('`restic check --read-data` says what is damaged');
});

test('says of an empty `config` what is so, without the stack of calls in restic', () => {
  const stack =
    'global.OpenRepository\n\trestic@v0.19.1/internal/global/global.go:312\nmain.main\n\tmain.go:1';
  const words = 'config file has zero size, invalid repository?';
  const { kind, message } = failureFor(1, said(`${words}\n${stack}`));
  expect(kind).toBe('VerificationFailed');
  expect(message).toBe(
    "Storing part accounts in /srv/backup failed: the repository's file `config` is empty, as after a power cut: " +
      `${words} (restic ended with exit code 1 after 1.2 s)`,
  );
});

test('says what was attempted, what came back, after how long, and what to do', () => {
  const stderr = ['Save(<data/c6>) failed', said('Fatal: Fatal: write: no space left on device')];
  const { message, evidence } = failureFor(1, stderr.join('\n'));
  expect(message).toBe(
    'Storing part accounts in /srv/backup failed: the disk of the repository is full: ' +
      'write: no space left on device (restic ended with exit code 1 after 1.2 s)',
  );
  expect(evidence).toMatchObject({ argv: ['restic', 'backup'], exitCode: 1 });
  expect(evidence.advice).toContain('Free space');
});

test('does not wait where restic would try in vain for a quarter of an hour', () => {
  const retry = (reason: string): string =>
    `Save(<lock/a61080aa4c>) returned error, retrying after 723.219437ms: open locks/a6: ${reason}`;
  expect(isHopeless(retry('read-only file system'), 'network', LOCAL)).toBe(true);
  expect(isHopeless(retry('connection refused'), 'network', REMOTE)).toBe(false);
  expect(isHopeless(retry('words that nobody has heard'), 'network', REMOTE)).toBe(false);
  expect(isHopeless(retry('connection refused'), 'none', REMOTE)).toBe(true);
  expect(isHopeless('read-only file system', 'none', LOCAL)).toBe(false);
  const givenUp = 'Save(<data/c12b920697>) failed: no space left on device';
  expect(isHopeless(givenUp, 'network', LOCAL)).toBe(true);
});

test('a server of S3 whose clock is far from ours is told as such, and not tried in vain', () => {
  // restic 0.19.1 with a server that answers RequestTimeTooSkewed.
  const line =
    'Stat(<config/>) returned error, retrying after 746.545158ms: Stat: The difference between the request time and the current time is too large.';
  expect(isHopeless(line, 'network', REMOTE)).toBe(true);
  const failure = failureFor(1, '', REMOTE, line);
  expect(failure).toMatchObject({ kind: 'PreconditionFailed' });
  expect(failure.message).toContain('clock');
});
