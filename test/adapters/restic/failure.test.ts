import { isHopeless, resticFailure } from '../../../activities/adapters/restic/failure';

function failureFor(code: number, stderrTail: string) {
  const exit = { code, signal: null, stderrTail, elapsedSeconds: 1.23 };
  return resticFailure('Storing part accounts in /srv/backup', {
    place: 'host',
    argv: ['restic', 'backup'],
    exit,
  });
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
  [1, said('Fatal: dial tcp 127.0.0.1:9: connect: connection refused'), 'ServiceUnavailable'],
  [
    1,
    'ssh: Could not resolve hostname: Temporary failure in name resolution',
    'ServiceUnavailable',
  ],
  [
    1,
    said('Fatal: failed to find snapshot: no matching ID found for prefix "x"'),
    'PreconditionFailed',
  ],
  [1, said('ciphertext verification failed'), 'CommandFailed'],
])('takes exit code %d with %j for %s', (code, stderr, kind) => {
  expect(failureFor(code, stderr).kind).toBe(kind);
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
  expect(isHopeless(retry('read-only file system'), 'network')).toBe(true);
  expect(isHopeless(retry('connection refused'), 'network')).toBe(false);
  expect(isHopeless(retry('connection refused'), 'none')).toBe(true);
  expect(isHopeless('read-only file system', 'none')).toBe(false);
  expect(isHopeless('Save(<data/c12b920697>) failed: no space left on device', 'network')).toBe(
    true,
  );
});
