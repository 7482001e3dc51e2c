import { ItemErrors } from '../../../activities/adapters/restic/item-errors';
import { parseStatus } from '../../../activities/adapters/restic/events';

/* Lines of restic 0.19.1, as it wrote them. */
const line = (item: string, message: string): string =>
  JSON.stringify({ message_type: 'error', error: { message }, during: 'archival', item });
const GONE = line('up/gone', 'lstat up/gone: no such file or directory');
const LOCKED = line(
  'up/cache',
  'openfile for readdirnames failed: open up/cache: permission denied',
);
const END =
  '{"message_type":"exit_error","code":3,"message":"Warning: at least one source file could not be read"}';

function errorsOf(...lines: string[]): ItemErrors {
  const errors = new ItemErrors();
  lines.forEach(errors.add);
  return errors;
}

it('takes files that vanished for no failure, and names them', () => {
  const errors = errorsOf(GONE, END);
  expect(errors.onlyVanished).toBe(true);
  expect(errors.failure('Saving up', {})).toBeUndefined();
  expect(errors.notes()).toEqual([
    'These disappeared while they were read, and are left out: up/gone.',
  ]);
});

it('takes a file that may not be read for a failure, and names it', () => {
  const errors = errorsOf(GONE, LOCKED, END);
  expect(errors.onlyVanished).toBe(false);
  const failure = errors.failure('Saving up', {});
  expect(failure?.kind).toBe('CredentialsRejected');
  expect(failure?.message).toContain('up/cache');
});

it('takes an end without any named file for no vanished ones', () => {
  expect(errorsOf(END, 'no JSON').onlyVanished).toBe(false);
});

it.each([
  ['write a: no space left on device', 'CommandFailed'],
  ['lsetxattr a: operation not supported', 'PreconditionFailed'],
  ['ciphertext verification failed', 'VerificationFailed'],
  ['chmod a: something else', 'CommandFailed'],
])('means %j to be %s', (message, kind) => {
  expect(errorsOf(line('a', message)).failure('Restoring', {})?.kind).toBe(kind);
});

it('names ten of many, and counts the others', () => {
  const lines = Array.from({ length: 1_500 }, (_, index) => line(`f${index}`, 'permission denied'));
  expect(errorsOf(...lines).failure('Saving', {})?.message).toMatch(/f9: .* and 1,490 more$/);
});

it('reads how far a backup and a restore have come', () => {
  const backup = '{"message_type":"status","files_done":3,"bytes_done":42}';
  const restore = '{"message_type":"status","files_restored":5,"bytes_restored":7}';
  expect(parseStatus(backup)).toEqual({ files: 3, bytes: 42 });
  expect(parseStatus(restore)).toEqual({ files: 5, bytes: 7 });
  expect(parseStatus('{"message_type":"summary"}')).toBeUndefined();
});
