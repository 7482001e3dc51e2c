import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopyStatus } from '../../client/status/copy-status';
import type { CopyOutcome, CopyTrouble } from '../../workflows/model/copy';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { RestRepositories } from '../support/rest-repositories';
import { sideBySide } from '../support/side-by-side';
import { contentsOf, makeFolder } from './support/folders';
import { ProtectedStack } from './support/protected-stack';

const PROTECT = { uploads: { engine: 'files', path: './uploads' } };
const PASSWORD = 'away from the host';

interface Scene {
  readonly stack: ProtectedStack;
  readonly uploads: string;
  /** Describes the stack again with these copies. */
  readonly withCopies: (copies: object) => Promise<void>;
}

interface Copied {
  readonly copies: readonly (Partial<CopyOutcome> & { readonly trouble?: CopyTrouble })[];
}

describeWith(['temporal', 'restic'], 'copies of recovery points', () => {
  let pawl: PawlEnvironment;
  let server: RestRepositories;

  beforeAll(async () => {
    server = await RestRepositories.start();
    pawl = await startPawl();
  });
  afterAll(async () => {
    await pawl.stop();
    await server.stop();
  });

  async function createStack(copiesOf: (name: string) => object): Promise<Scene> {
    const stack = await ProtectedStack.create(pawl, { protect: PROTECT });
    const uploads = join(stack.folder, 'uploads');
    await makeFolder(uploads);
    await writeFile(join(stack.folder, 'copy.key'), PASSWORD);
    const withCopies = (copies: object) => stack.describe({ protect: PROTECT, more: { copies } });
    await withCopies(copiesOf(stack.name));
    return { stack, uploads, withCopies };
  }

  const at = (url: string, change: object = {}) => ({
    ...{ url, password: { file: './copy.key' }, initialise: true },
    ...change,
  });

  async function ask<Answer>(stack: ProtectedStack, ...argv: readonly string[]): Promise<Answer> {
    const { stdout, stderr } = await stack.cli(...argv, '--json');
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Answer;
  }

  /** Exit code, and what became of its only copy. */
  async function copy(stack: ProtectedStack, ...argv: readonly string[]) {
    const { code, stdout, stderr } = await stack.cli('copy', ...argv, '--json');
    if (stdout === '') throw new Error(stderr);
    const [only] = (JSON.parse(stdout) as Copied).copies;
    return { code, ...only };
  }

  const statusOf = async (stack: ProtectedStack): Promise<readonly CopyStatus[]> =>
    (await ask<{ copies: readonly CopyStatus[] }>(stack, 'status')).copies;

  const places = async (stack: ProtectedStack, ...argv: readonly string[]) => {
    const { points } = await ask<{ points: readonly { copies?: object }[] }>(
      stack,
      ...['points', ...argv],
    );
    return points.map(({ copies }) => copies);
  };

  sideBySide({
    'each point is copied behind its backup, is told, and is restored from a copy when the repository is lost':
      async () => {
        const { stack, uploads } = await createStack((name) => ({
          offsite: at(server.url(name)),
          usb: at('./usb'),
        }));
        const before = await contentsOf(uploads);
        await stack.mustBackUp();
        await until(async () => {
          const all = await statusOf(stack);
          return all.every(({ away, lacking }) => away === undefined && lacking.length === 0)
            ? true
            : undefined;
        }, 60);
        expect(await places(stack)).toEqual([{ offsite: 'yes', usb: 'yes' }]);

        await rm(stack.repository, { recursive: true });
        await writeFile(join(uploads, 'note.txt'), 'spoilt\n');
        const verified = await stack.cli('points', 'verify', '--data', '--from', 'offsite');
        expect(verified).toMatchObject({ code: 0 });
        expect(await places(stack, '--from', 'usb')).toHaveLength(1);
        expect(await stack.restore('--from', 'offsite')).toMatchObject({ code: 0 });
        expect(await contentsOf(uploads)).toEqual(before);
        const none = await stack.cli('restore', '--from', 'moon', `--confirm=${stack.name}`);
        expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('offsite, usb')]);
      },

    'one that is away holds nothing up, and is caught up when it is back': async () => {
      const away = await RestRepositories.start();
      const { stack } = await createStack((name) => ({ offsite: at(away.url(name)) }));
      await stack.mustBackUp();
      expect(await copy(stack)).toMatchObject({ code: 0 });
      await away.stop();
      await stack.mustBackUp();
      await stack.mustBackUp();
      expect(await places(stack)).toEqual(Array(3).fill({ offsite: 'away' }));
      const [told] = await statusOf(stack);
      expect(told?.away).toContain('cannot be reached');
      await away.start();
      expect(await copy(stack)).toMatchObject({ code: 0 });
      expect(await places(stack)).toEqual(Array(3).fill({ offsite: 'yes' }));
      await away.stop();
    },

    'cut off in the middle, and answered with 503, it goes on where it was': async () => {
      const shaky = await RestRepositories.start();
      let broken = 0;
      shaky.fault = ({ method, url = '' }) => {
        const isSnapshot = method === 'POST' && url.includes('/snapshots/');
        const isPack = method === 'POST' && url.includes('/data/');
        if (!isPack && !isSnapshot) return undefined;
        broken += 1;
        if (broken === 2) return 'cut';
        return broken === 3 ? 503 : undefined;
      };
      const { stack, uploads } = await createStack((name) => ({ offsite: at(shaky.url(name)) }));
      await writeFile(join(uploads, 'large'), randomBytes(40_000_000));
      await stack.mustBackUp();
      expect(await copy(stack)).toMatchObject({ code: 0 });
      expect(broken).toBeGreaterThan(3);
      expect(await stack.cli('points', 'verify', '--data', '--from', 'offsite')).toMatchObject({
        code: 0,
      });
      expect(shaky.count(stack.name, 'locks')).toBe(0);
      await shaky.stop();
    },

    'with another password nothing is copied, and the key that is wrong is named': async () => {
      const { stack } = await createStack((name) => ({ offsite: at(server.url(name)) }));
      await stack.mustBackUp();
      expect(await copy(stack)).toMatchObject({ code: 0 });
      await writeFile(join(stack.folder, 'copy.key'), 'mistyped');
      await stack.mustBackUp();
      const { code, trouble } = await copy(stack);
      expect(code).toBe(1);
      expect(trouble?.reason).toContain('password of the repository is wrong');
      expect(trouble?.advice).toContain('`copies.offsite.password`');
      await writeFile(join(stack.folder, 'copy.key'), PASSWORD);
      expect(await copy(stack)).toMatchObject({ code: 0, skipped: [] });
      expect(await places(stack)).toEqual(Array(2).fill({ offsite: 'yes' }));
    },

    'a disk that is not mounted is not taken for a new copy, nor is another disk': async () => {
      const { stack } = await createStack(() => ({ usb: at('./usb') }));
      await stack.mustBackUp();
      expect(await copy(stack)).toMatchObject({ code: 0 });
      const [usb, drawer] = [join(stack.folder, 'usb'), join(stack.folder, 'drawer')];
      await rename(usb, drawer);
      await mkdir(usb);
      const gone = await copy(stack);
      expect([gone.code, gone.trouble?.reason]).toEqual([
        1,
        expect.stringContaining('is no longer at ./usb'),
      ]);
      expect(await contentsOf(usb)).toEqual({});
      await stack.restic(
        'init',
        '--repo',
        usb,
        '--password-file',
        join(stack.folder, 'copy.key'),
        '-q',
      );
      const other = await copy(stack);
      expect([other.code, other.trouble?.advice]).toEqual([
        1,
        expect.stringContaining('pawl copy usb --accept-another'),
      ]);
      expect(await copy(stack, '--accept-another')).toMatchObject({ code: 0 });
      await rm(usb, { recursive: true });
      await rename(drawer, usb);
      expect(await copy(stack)).toMatchObject({ code: 0, copied: [] });
      const { stdout } = await stack.cli('doctor');
      expect(stdout).toContain('copies.usb');
    },
  });
});
