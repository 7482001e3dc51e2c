import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readlink, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finished } from 'node:stream/promises';
import { hostRunner } from '../../../activities/adapters/process/run-command';

/** 40 MB that no two pieces of are alike, and their digest at the end of stderr. */
const PRINT = `
  const { createHash } = require('node:crypto');
  const hash = createHash('sha256');
  for (let number = 0; number < 1250; number += 1) {
    const piece = Buffer.from(String(number).padStart(8, '0').repeat(4096));
    hash.update(piece);
    require('node:fs').writeSync(1, piece, 0, piece.length) === piece.length || process.exit(9);
  }
  console.error(hash.digest('hex'));`;
const BYTES = 1250 * 8 * 4096;

const print = () => hostRunner.spawn([process.execPath, '-e', PRINT], { bulkOutput: true });

const openPipes = async (): Promise<number> => {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return targets.filter((target) => target.includes('pawl-pipe-')).length;
};

test.each([
  ['that takes its time', 3],
  ['that gives chunks back late', 200],
  ['that gives none back', Infinity],
])('hands a reader %s every byte as it was', async (_how, late) => {
  const program = await print();
  const hash = createHash('sha256');
  const held: { chunk: Buffer; digest: string }[] = [];
  let bytes = 0;
  const digestOf = (chunk: Buffer) => createHash('sha256').update(chunk).digest('hex');
  for await (const chunk of program.stdout as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    held.push({ chunk, digest: digestOf(chunk) });
    if (held.length < late) continue;
    const oldest = held.shift();
    // What nobody has given back is not written over.
    expect(oldest && digestOf(oldest.chunk)).toBe(oldest?.digest);
    if (oldest) program.recycle?.(oldest.chunk);
    if (bytes % 7 === 0) await sleep(1);
  }
  const { code, stderrTail } = await program.exit;
  expect({ code, bytes, digest: hash.digest('hex') }).toEqual({
    code: 0,
    bytes: BYTES,
    digest: stderrTail,
  });
});

test('takes no piece of a chunk for the whole of it', async () => {
  const program = await print();
  const first = await new Promise<Buffer>((resolve) => program.stdout.once('data', resolve));
  const before = Buffer.from(first);
  program.recycle?.(first.subarray(0, 100));
  program.recycle?.(first.subarray(100));
  program.stdout.resume();
  await finished(program.stdout);
  expect(first.equals(before)).toBe(true);
});

test('ends a program whose reader gives up, and leaves no descriptor and no file', async () => {
  const before = await openPipes();
  const temporary = await mkdtemp(join(tmpdir(), 'pawl-test-'));
  const usual = process.env['TMPDIR'];
  process.env['TMPDIR'] = temporary;
  const program = await print();
  if (usual === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usual;
  await new Promise((resolve) => program.stdout.once('data', resolve));
  program.stdout.destroy();
  const { code, signal } = await program.exit;
  expect(code === 0).toBe(false);
  expect(signal === null && code === null).toBe(false);
  expect(await openPipes()).toBe(before);
  // Fails when anything is in it.
  await rmdir(temporary);
});

test('leaves no descriptor of a program that cannot be started', async () => {
  const before = await openPipes();
  const spawning = hostRunner.spawn([process.execPath], { bulkOutput: true, cwd: '/nowhere' });
  await expect(spawning).rejects.toMatchObject({ kind: 'PreconditionFailed' });
  await sleep(50);
  expect(await openPipes()).toBe(before);
});
