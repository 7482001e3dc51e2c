import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReceipts } from '../../../activities/adapters/state-directory/create-receipts';
import type { Receipts } from '../../../activities/ports/receipts';
import type { StreamReceipt } from '../../../activities/ports/repository';
import { describePart } from '../../support/descriptions';
import { failureOf } from '../../support/failure-of';
import { createInMemoryReceipts } from '../../support/in-memory/receipts';

const HOSTILE = [
  'a',
  'A',
  'a/b',
  '..',
  '',
  'we"ird; --',
  'naïve 🙂',
  'x'.repeat(300),
  'line\nbreak',
];

function receiptOf(uploadId: string): StreamReceipt {
  const facts = { format: 'tar', sourceVersion: '1', consistency: 'snapshot', notes: [] };
  return {
    uploadId: `upload ${uploadId}`,
    sha256: 'ab'.repeat(32),
    bytes: 5,
    facts: { ...facts, contents: [] },
  };
}

function receiptsContract(create: () => Promise<Receipts>): void {
  let receipts: Receipts;
  beforeEach(async () => (receipts = await create()));

  test('gives back what was written, and the last one written', async () => {
    await receipts.write('run-1', describePart(), receiptOf('first'));
    await receipts.write('run-1', describePart(), receiptOf('second'));
    expect(await receipts.read('run-1', describePart())).toEqual(receiptOf('second'));
  });

  test('knows nothing of other runs and parts', async () => {
    await receipts.write('run-1', describePart(), receiptOf('first'));
    expect(await receipts.read('run-2', describePart())).toBeUndefined();
    expect(await receipts.read('run-1', describePart({ name: 'other' }))).toBeUndefined();
  });

  test('keeps parts apart, whatever their names are', async () => {
    for (const name of HOSTILE)
      await receipts.write('run', describePart({ name }), receiptOf(name));
    for (const name of HOSTILE) {
      expect(await receipts.read('run', describePart({ name }))).toEqual(receiptOf(name));
    }
  });

  test('tells whether a manifest was handed over, of that run alone', async () => {
    await receipts.beginManifest('run-1');
    await receipts.beginManifest('run-1');
    expect(await receipts.isManifestBegun('run-1')).toBe(true);
    expect(await receipts.isManifestBegun('run-2')).toBe(false);
    await receipts.clear('run-1');
    expect(await receipts.isManifestBegun('run-1')).toBe(false);
  });

  test('forgets a run when told, and may be told twice', async () => {
    await receipts.write('run-1', describePart(), receiptOf('first'));
    await receipts.write('run-2', describePart(), receiptOf('kept'));
    await receipts.clear('run-1');
    await receipts.clear('run-1');
    expect(await receipts.read('run-1', describePart())).toBeUndefined();
    expect(await receipts.read('run-2', describePart())).toEqual(receiptOf('kept'));
  });
}

describe('receipts in memory', () => {
  receiptsContract(() => Promise.resolve(createInMemoryReceipts()));
});

describe('receipts in the state directory', () => {
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'pawl-state-'))));
  afterEach(() => rm(directory, { recursive: true }));

  receiptsContract(() => Promise.resolve(createReceipts(join(directory, 'not', 'yet', 'there'))));

  test('survive the process: another one reads them', async () => {
    await createReceipts(directory).write('run-1', describePart(), receiptOf('first'));
    const receipts = createReceipts(directory);
    expect(await receipts.read('run-1', describePart())).toEqual(receiptOf('first'));
  });

  test('leave nothing behind but whole files', async () => {
    const receipts = createReceipts(directory);
    await Promise.all(
      HOSTILE.map((name) => receipts.write('r', describePart({ name }), receiptOf(name))),
    );
    const files = await readdir(directory, { recursive: true });
    expect(files.filter((file) => file.endsWith('.tmp'))).toEqual([]);
    await receipts.clear('r');
    expect(await readdir(join(directory, 'receipts'))).toEqual([]);
  });

  test('say what cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const error = await failureOf(createReceipts(file).write('r', describePart(), receiptOf('x')));
    expect(error.kind).toBe('CommandFailed');
    expect(error.message).toMatch(/^Writing the receipt .*ENOTDIR/);
  });
});
