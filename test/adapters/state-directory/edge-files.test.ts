import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEdgeFiles } from '../../../activities/adapters/state-directory/create-edge-files';
import type { EdgeFiles, EdgeState } from '../../../activities/ports/edge';

const state = (sites: string): EdgeState => ({
  ...{ compose: `compose of ${sites}`, configuration: sites, certificates: [], taken: sites },
});

describe('the files of an edge', () => {
  let stateDirectory: string;
  let files: EdgeFiles;

  beforeEach(async () => {
    stateDirectory = await mkdtemp(join(tmpdir(), 'pawl-edge-'));
    files = createEdgeFiles(stateDirectory);
  });
  afterEach(() => rm(stateDirectory, { recursive: true }));

  const run = (runKey: string) => ({ stack: 'melvin', runKey });

  async function bring(runKey: string, to: EdgeState, settled = true): Promise<void> {
    await files.begin(run(runKey));
    await files.write('melvin', to.compose, to.taken);
    if (settled) await files.settle('melvin', to);
  }

  it('say what it was brought to, and what each run had found', async () => {
    expect(await files.current('melvin')).toBeUndefined();
    await bring('one', state('a'));
    expect(await files.current('melvin')).toEqual(state('a'));
    expect(await files.former(run('one'))).toBe('nothing');
    await bring('two', state('b'));
    expect(await files.former(run('two'))).toEqual(state('a'));
    expect(await files.former(run('one'))).toBeUndefined();
  });

  it('keep what a run had found when it begins again', async () => {
    await bring('one', state('a'));
    await bring('two', state('b'));
    await bring('two', state('b'));
    expect(await files.former(run('two'))).toEqual(state('a'));
  });

  it('lead back past a run that was ended in the middle', async () => {
    await bring('one', state('a'));
    await bring('two', state('b'), false);
    expect(await files.current('melvin')).toBe('unsettled');
    await files.begin(run('three'));
    expect(await files.former(run('three'))).toEqual(state('a'));
  });

  it('are gone with it, but for the way back', async () => {
    await bring('one', state('a'));
    await files.begin(run('two'));
    await files.drop('melvin');
    await files.drop('melvin');
    expect(await files.current('melvin')).toBeUndefined();
    expect(await files.file('melvin')).toBeUndefined();
    expect(await files.former(run('two'))).toEqual(state('a'));
    await files.begin(run('three'));
    expect(await files.former(run('three'))).toBe('nothing');
  });

  it('have what is only looked at beside what is read, for their owner alone', async () => {
    await bring('one', state('a'));
    const offered = await files.offer('melvin', 'compose of b', 'b');
    expect(await readFile(offered, 'utf8')).toBe('compose of b');
    const folder = files.folder('melvin');
    expect((await readdir(folder)).sort()).toEqual(['caddy.json', 'candidate.json']);
    expect(await readFile(join(folder, 'caddy.json'), 'utf8')).toBe('a');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readFile((await files.file('melvin')) ?? '', 'utf8')).toBe('compose of a');
  });
});
