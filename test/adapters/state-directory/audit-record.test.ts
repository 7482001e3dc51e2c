import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify } from '../../../activities/adapters/process/process-identity';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createAuditRecord } from '../../../activities/adapters/state-directory/create-audit-record';
import type { AuditEntry, AuditRecord } from '../../../activities/ports/audit-record';
import { failureOf } from '../../support/failure-of';
import { createInMemoryAuditRecord } from '../../support/in-memory/audit-record';
import { entryOf } from './entries';

function auditContract(create: () => AuditRecord): void {
  let record: AuditRecord;
  beforeEach(() => (record = create()));

  test('knows the highest run number of each stack', async () => {
    expect(await record.highestRunNumber('melvin')).toBe(0);
    for (const number of [1, 10, 9]) await record.append(entryOf(number));
    await record.append(entryOf(99, { stack: 'other', run: 'other/99' }));
    expect(await record.highestRunNumber('melvin')).toBe(10);
    expect(await record.highestRunNumber('other')).toBe(99);
  });

  test('can be read line by line, each stack for itself', async () => {
    expect(await record.read('melvin')).toEqual([]);
    for (const number of [1, 2]) await record.append(entryOf(number));
    await record.append(entryOf(1, { stack: 'other', run: 'other/1', runKey: 'of other' }));
    const entries = (await record.read('melvin')).map((line) => JSON.parse(line) as AuditEntry);
    expect(entries).toMatchObject([entryOf(1), entryOf(2)]);
  });
}

describe('the audit record in memory', () => {
  auditContract(createInMemoryAuditRecord);

  test('records a run once', async () => {
    const record = createInMemoryAuditRecord();
    await record.append(entryOf(1));
    await record.append(entryOf(1, { summary: 'again' }));
    expect(record.entries).toEqual([entryOf(1)]);
  });
});

describe('the audit record in the state directory', () => {
  let directory: string;
  let file: string;
  let record: AuditRecord;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pawl-audit-'));
    file = join(directory, 'audit', 'melvin.jsonl');
    record = createAuditRecord(directory);
  });
  afterEach(() => rm(directory, { recursive: true }));

  auditContract(() => createAuditRecord(directory));

  async function lines(): Promise<string[]> {
    return (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  }

  test('records a run once', async () => {
    await record.append(entryOf(1));
    await record.append(entryOf(1, { summary: 'again' }));
    const entries = (await lines()).map((line) => JSON.parse(line) as AuditEntry);
    expect(entries).toMatchObject([entryOf(1)]);
  });

  test('goes on behind lines of a time without approvals, with who approved and who refused', async () => {
    const ben = { by: 'ben', planHash: 'abc', at: '2026-08-21T10:00:00.000Z', message: 'tested' };
    await record.append(entryOf(1));
    const [before] = await lines();
    await record.append(entryOf(2, { approvals: [ben], rejectedBy: { ...ben, by: 'carl' } }));
    await record.append(entryOf(3));
    expect((await lines())[0]).toBe(before);
    expect(before).not.toContain('approvals');
    const entries = (await record.read('melvin')).map((line) => JSON.parse(line) as AuditEntry);
    expect(entries[1]).toMatchObject({ approvals: [ben], rejectedBy: { by: 'carl' } });
    expect(await record.highestRunNumber('melvin')).toBe(3);
  });

  test.each([
    ['changed', (all: string[]) => all.map((line) => line.replace('melvin/2', 'melvin/7'))],
    ['removed', (all: string[]) => all.toSpliced(1, 1)],
    ['inserted', (all: string[]) => all.toSpliced(1, 0, all[0] ?? '')],
    ['spoilt', (all: string[]) => all.toSpliced(1, 1, 'garbage')],
  ])('names the line when one was %s, and records nothing more', async (_what, change) => {
    for (const number of [1, 2, 3]) await record.append(entryOf(number));
    const before = `${change(await lines()).join('\n')}\n`;
    await writeFile(file, before);
    const error = await failureOf(record.append(entryOf(4)));
    expect(error.kind).toBe('InternalError');
    expect(error.message).toContain(`${file}:2:`);
    expect(await failureOf(record.highestRunNumber('melvin'))).toMatchObject({
      kind: 'InternalError',
    });
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(`${(await record.read('melvin')).join('\n')}\n`).toBe(before);
  });

  test.each(['{"run":"melvin/2","runKey', '\0\0\0\0'])(
    'goes on after a line that a crash has torn (%j)',
    async (torn) => {
      await record.append(entryOf(1));
      await appendFile(file, torn);
      expect(await record.highestRunNumber('melvin')).toBe(1);
      expect(await record.read('melvin')).toEqual(await lines());
      await record.append(entryOf(2));
      expect((await lines()).map((line) => (JSON.parse(line) as AuditEntry).run)).toEqual([
        'melvin/1',
        'melvin/2',
      ]);
    },
  );

  test('can be appended to by several processes at once', async () => {
    const script = join(__dirname, 'append-entries.ts');
    const append = (first: number, count: number) =>
      hostRunner.run([
        process.execPath,
        '--import',
        'tsx',
        script,
        directory,
        `${first}`,
        `${count}`,
      ]);
    await Promise.all([append(1, 30), append(101, 30), append(1, 30)]);
    expect(await lines()).toHaveLength(60);
    expect(await record.highestRunNumber('melvin')).toBe(130);
  });

  test('takes over the lock of a process that died, and of an earlier one with its own id', async () => {
    await record.append(entryOf(1));
    const dead = Number((await hostRunner.run(['sh', '-c', 'echo $$'])).stdout);
    const started = 'in an earlier life';
    for (const [index, pid] of [dead, process.pid].entries()) {
      await writeFile(`${file}.lock`, JSON.stringify({ pid, started }));
      await record.append(entryOf(index + 2));
    }
    expect(await lines()).toHaveLength(3);
  });

  test('names the living process that holds the lock for too long', async () => {
    await record.append(entryOf(1));
    await writeFile(`${file}.lock`, JSON.stringify(await identify(process.ppid)));
    const error = await failureOf(record.append(entryOf(2)));
    expect(error).toMatchObject({ kind: 'ResourceBusy' });
    expect(error.message).toContain(`process ${process.ppid}`);
  }, 20_000);
});
