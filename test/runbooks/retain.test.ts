import { readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RetainOutcome, RetainPlan } from '../../workflows/model/retain';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import type { ProcessResult } from '../support/run-process';
import { makeFolder } from './support/folders';
import { ProtectedStack, type Ended } from './support/protected-stack';

const PROTECT = { uploads: { engine: 'files', path: './uploads' } };

describeWith(['temporal', 'restic'], 'pawl retain', () => {
  let pawl: PawlEnvironment;

  beforeAll(async () => {
    pawl = await startPawl();
  });
  afterAll(() => pawl.stop());

  async function createStack(keep?: object, repository?: string): Promise<ProtectedStack> {
    const stack = await ProtectedStack.create(pawl, {
      protect: PROTECT,
      ...(keep && { more: { keep } }),
      ...(repository !== undefined && { repository }),
    });
    await makeFolder(join(stack.folder, 'uploads'));
    return stack;
  }

  it('forgets what no rule keeps, frees it, checks, and leaves the rest whole', async () => {
    const stack = await createStack({ last: 2 });
    const points = [];
    for (let size = 1; size <= 4; size += 1) {
      await makeFolder(join(stack.folder, 'uploads'), size);
      points.push(await stack.mustBackUp());
    }
    const [first, second, third, fourth] = points.map(({ id }) => id);

    const plan = planOf(await stack.cli('retain', '-n', '--json'));
    expect(plan.points.map(({ id, kept, reasons }) => [id, kept, reasons])).toEqual([
      [fourth, true, ['newest', 'last 1 of 2']],
      [third, true, ['last 2 of 2']],
      [second, false, ['nothing keeps it']],
      [first, false, ['nothing keeps it']],
    ]);
    expect(await stack.snapshots()).toHaveLength(8);

    const ended = outcomeOf(await stack.follow('retain'));
    expect(ended.kept).toBe(2);
    expect(ended.forgotten.map(({ id }) => id)).toEqual([second, first]);
    expect(ended.read).toEqual({ slice: 1, of: 28 });
    expect(await stack.snapshots()).toHaveLength(4);
    await stack.restic('check', '--read-data');
    expect((await stack.restore()).code).toBe(0);
    expect(await stack.locks()).toEqual([]);

    const again = outcomeOf(await stack.follow('retain', '--read-all'));
    expect(again).toMatchObject({ kept: 2, forgotten: [], read: { slice: 1, of: 1 } });
  });

  it('forgets nothing without `keep`, and checks', async () => {
    const stack = await createStack();
    await stack.mustBackUp();
    await stack.mustBackUp();

    const ended = outcomeOf(await stack.follow('retain'));

    expect(ended).toMatchObject({ kept: 2, forgotten: [] });
    expect(ended.removed).toBeUndefined();
    expect(await stack.snapshots()).toHaveLength(4);
  });

  it('ends as failed where the repository is damaged, and names the point and the repair', async () => {
    const stack = await createStack();
    await makeFolder(join(stack.folder, 'uploads'), 2);
    const point = await stack.mustBackUp();
    await cutLargestPack(stack.repository);

    const { code, failure } = await stack.follow('retain', '--read-all');

    expect([code, failure?.type]).toEqual([3, 'VerificationFailed']);
    expect(failure?.message).toContain(point.id);
    expect(failure?.advice).toContain('restic repair');
  });

  it('works on a repository for one stack at a time, and for each in the end', async () => {
    const one = await createStack({ last: 1 });
    const other = await createStack({ last: 1 }, one.repository);
    for (const stack of [one, other]) {
      await stack.mustBackUp();
      await writeFile(join(stack.folder, 'uploads', 'note.txt'), 'newer\n');
      await stack.mustBackUp();
    }

    const ended = await Promise.all([one.follow('retain'), other.follow('retain')]);

    expect(ended.map((each) => outcomeOf(each).kept)).toEqual([1, 1]);
    expect(await one.snapshots()).toHaveLength(4);
    await one.restic('check', '--read-data');
  });
});

function planOf({ code, stdout, stderr }: ProcessResult): RetainPlan {
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as RetainPlan;
}

function outcomeOf({ code, outcome, stdout, stderr }: Ended): RetainOutcome {
  if (code === 0 && outcome?.state === 'done' && outcome.runbook === 'retain') return outcome;
  throw new Error(`${stdout}${stderr}`);
}

async function cutLargestPack(repository: string): Promise<void> {
  const files = await readdir(join(repository, 'data'), { recursive: true, withFileTypes: true });
  const packs = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
  const sized = await Promise.all(
    packs.map(async (file) => ({ file, size: (await stat(file)).size })),
  );
  const [largest] = sized.sort((a, b) => b.size - a.size);
  await truncate(largest?.file ?? '', Math.floor((largest?.size ?? 0) / 2));
}
