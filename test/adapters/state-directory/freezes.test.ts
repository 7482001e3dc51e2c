import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFreezes } from '../../../activities/adapters/state-directory/create-freezes';
import { failureOf } from '../../support/failure-of';

const FREEZE = {
  message: 'new disk\n"quoted"',
  by: 'anna@desk',
  since: '2026-11-29T19:20:34.000Z',
};

describe('freezes in the state directory', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pawl-freezes-'));
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('are kept by stack, the last one of each, also for another worker', async () => {
    const freezes = createFreezes(directory);
    await freezes.keep('melvin', { ...FREEZE, message: 'earlier' });
    await freezes.keep('melvin', FREEZE);
    expect(await createFreezes(directory).of('melvin')).toEqual(FREEZE);
    expect(await freezes.of('other')).toBeUndefined();
  });

  it('are gone when lifted, which may be done twice', async () => {
    const freezes = createFreezes(directory);
    expect(await freezes.lift('melvin')).toBe(false);
    await freezes.keep('melvin', FREEZE);
    expect(await freezes.lift('melvin')).toBe(true);
    expect(await freezes.lift('melvin')).toBe(false);
    expect(await freezes.of('melvin')).toBeUndefined();
    expect(await readdir(join(directory, 'freezes'))).toEqual([]);
  });

  it('that somebody else has written over are no absence of a freeze', async () => {
    const freezes = createFreezes(directory);
    await freezes.keep('melvin', FREEZE);
    await writeFile(join(directory, 'freezes', 'melvin.json'), '{');
    expect(await failureOf(freezes.of('melvin'))).toMatchObject({ kind: 'InternalError' });
    expect(await freezes.lift('melvin')).toBe(true);
  });
});
