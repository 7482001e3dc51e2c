import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createSecretResolver } from '../../../activities/adapters/secrets/create-secret-resolver';
import type { SecretResolver } from '../../../activities/ports/secret-resolver';
import type { SecretReference } from '../../../workflows/model/stack';
import { failureOf } from '../../support/failure-of';

const SENTINEL = 's3nt!nel/ü+42 "quoted"';

let directory: string;
let secrets: SecretResolver;
let told: string[];
beforeEach(async () => {
  told = [];
  directory = await mkdtemp(join(tmpdir(), 'pawl-secrets-'));
  secrets = createSecretResolver({
    hostRunner,
    environment: { OF_WORKER: SENTINEL, EMPTY: '' },
    onTooShort: (message) => told.push(message),
  });
});
afterEach(() => rm(directory, { recursive: true }));

const resolve = (reference: SecretReference): Promise<string> =>
  secrets.resolve(reference, { directory });

test("reads the worker's environment before the project's .env", async () => {
  await writeFile(join(directory, '.env'), `OF_WORKER=other\n# comment\nOF_PROJECT='of project'\n`);
  expect(await resolve({ env: 'OF_WORKER' })).toBe(SENTINEL);
  expect(await resolve({ env: 'OF_PROJECT' })).toBe('of project');
});

test('reads a file relative to the project, without its last line break', async () => {
  await writeFile(join(directory, 'key'), `  ${SENTINEL} \n\n`);
  expect(await resolve({ file: 'key' })).toBe(`  ${SENTINEL} \n`);
  expect(await resolve({ file: join(directory, 'key') })).toBe(`  ${SENTINEL} \n`);
});

test('runs a command without a shell, in the folder of the project', async () => {
  await writeFile(join(directory, 'key'), `${SENTINEL}\r\n`);
  expect(await resolve({ command: ['cat', 'key'] })).toBe(SENTINEL);
  expect(await resolve({ command: ['echo', '$HOME;id'] })).toBe('$HOME;id');
});

test.each<[SecretReference, string, string]>([
  [{ env: 'NOWHERE' }, '{env: NOWHERE}', "neither in the worker's environment nor in"],
  [{ env: 'EMPTY' }, '{env: EMPTY}', 'it is empty'],
  [{ file: 'nowhere' }, '{file: nowhere}', 'ENOENT'],
  [{ command: ['pawl-no-such'] }, '{command: [pawl-no-such]}', 'was not found'],
  [{ command: ['true'] }, '{command: [true]}', 'it is empty'],
  [{ command: ['printf', 'a\\0b'] }, '{command: [printf, a\\0b]}', 'NUL'],
])('says of %j where it was looked for', async (reference, written, reason) => {
  const error = await failureOf(resolve(reference));
  expect(error.kind).toBe('PreconditionFailed');
  expect(error.message).toContain(written);
  expect(error.message).toContain(reason);
});

test('tells a command that failed, which may succeed the next time', async () => {
  const error = await failureOf(resolve({ command: ['sh', '-c', 'echo sealed >&2; exit 2'] }));
  expect(error.kind).toBe('CommandFailed');
  expect(error.message).toContain('sealed');
});

test('reads a value anew each time', async () => {
  await writeFile(join(directory, 'key'), 'old');
  expect(await resolve({ file: 'key' })).toBe('old');
  await writeFile(join(directory, 'key'), 'new');
  expect(await resolve({ file: 'key' })).toBe('new');
});

test('redacts every value that was read, in every shape it may have', async () => {
  await writeFile(join(directory, 'key'), 'second-sentinel');
  expect(secrets.redact('nothing is secret yet: second-sentinel')).toContain('second-sentinel');
  await resolve({ env: 'OF_WORKER' });
  await resolve({ file: 'key' });
  const form = new URLSearchParams({ value: SENTINEL }).toString();
  const base64 = ['', 'u', 'us', 'usr'].flatMap((before) =>
    (['base64', 'base64url'] as const).map((encoding) =>
      Buffer.from(`${before}${SENTINEL}:second-sentinel!`).toString(encoding),
    ),
  );
  const shapes = [
    SENTINEL,
    JSON.stringify({ SENTINEL }),
    encodeURIComponent(SENTINEL),
    form,
    ...base64,
  ];
  for (const shape of shapes) {
    const redacted = secrets.redact(`before ${shape} after`);
    expect(redacted).toMatch(/^before .*\[redacted\].* after$/);
    expect(redacted.length).toBeLessThan(50);
  }
});

test('redacts a secret of four characters in every shape, also within base64', async () => {
  await writeFile(join(directory, 'key'), 'a&9z');
  await resolve({ file: 'key' });
  const base64 = ['', 'u', 'us'].map((user) => Buffer.from(`${user}a&9z:x`).toString('base64'));
  for (const shape of ['a&9z', 'a%269z', ...base64]) {
    expect(secrets.redact(`(${shape})`)).toContain('[redacted]');
  }
});

test('leaves texts readable when a secret is shorter, and says so once, without the secret', async () => {
  await writeFile(join(directory, 'key'), 'ab');
  await resolve({ file: 'key' });
  await resolve({ file: 'key' });
  expect(secrets.redact('database')).toBe('database');
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^the secret \{file: key\} has fewer than 4 characters/);
  expect(told[0]).not.toMatch(/\bab\b/);
});

test('redacts what another has read', () => {
  secrets.learn('of-a-registry');
  expect(secrets.redact('denied: of-a-registry')).toBe('denied: [redacted]');
});

test.each([
  ['rest:https://ops:hunter2@backup.example/x', 'rest:https://ops:[redacted]@backup.example/x'],
  ['(https://hunter2@git.example/x.git)', '(https://[redacted]@git.example/x.git)'],
  ['ssh://ops@git.example/x.git', 'ssh://ops@git.example/x.git'],
  ['"s3://b/o?X-Sig=hunter2&v=1": gone', '"s3://b/o?X-Sig=[redacted]&v=[redacted]": gone'],
  ['asked http://h/p?hunter2.', 'asked http://h/p?[redacted].'],
  ['does it answer at http://h/p? a=b', 'does it answer at http://h/p? a=b'],
])('redacts what is secret in an address, whoever wrote it: %s', (text, redacted) => {
  expect(secrets.redact(text)).toBe(redacted);
  expect(secrets.redact(redacted)).toBe(redacted);
});
