import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from '@temporalio/worker';
import pino from 'pino';
import { createBundleStore, type KeptBundle } from '../../../worker/builds/bundle-store';
import type { Deployment } from '../../../worker/builds/deployment';
import { EarlierBuilds } from '../../../worker/builds/earlier-builds';
import { tendBuilds } from '../../../worker/builds/tend-builds';

const MAP = 'sourceMappingURL=data:application/json;charset=utf-8;base64,e30=';

describe('the workflow code of earlier builds', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-builds-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function bundle(code: string): Promise<string> {
    const path = join(folder, 'workflow-bundle.js');
    await writeFile(path, `${code}\n//# ${MAP}`);
    return path;
  }

  it('is kept by its content, once, and found again as it was', async () => {
    const store = createBundleStore(folder);
    const one = await store.keep(await bundle('one'), '1.0.0');
    expect(await store.keep(await bundle('one'), '1.0.1')).toEqual(one);
    const two = await store.keep(await bundle('two'), '2.0.0');
    const { bundles, damaged } = await createBundleStore(folder).list();
    expect(bundles).toEqual(expect.arrayContaining([one, two]));
    expect([bundles.length, damaged, one.version]).toEqual([2, [], '1.0.0']);
  });

  it('is not run when it is not what its name says', async () => {
    const store = createBundleStore(folder);
    const one = await store.keep(await bundle('one'), '1.0.0');
    for (const text of [`evil\n//# ${MAP}`, 'half']) {
      await writeFile(one.path, text);
      expect(await store.list()).toEqual({ bundles: [], damaged: [one.buildId] });
    }
    expect(await store.keep(await bundle('one'), '1.0.0')).toMatchObject({ path: one.path });
    expect((await store.list()).damaged).toEqual([]);
  });

  it('is run when it was put back by hand, without what was known of it', async () => {
    const store = createBundleStore(folder);
    const one = await store.keep(await bundle('one'), '1.0.0');
    const facts = one.path.replace(/js$/, 'json');
    for (const damage of [() => writeFile(facts, '{'), () => rm(facts)]) {
      await damage();
      expect((await store.list()).bundles).toMatchObject([
        { ...one, version: 'unknown', keptAt: '' },
      ]);
    }
  });

  it('is gone with all that belonged to it when it is dropped', async () => {
    const store = createBundleStore(folder);
    const { buildId } = await store.keep(await bundle('one'), '1.0.0');
    await store.drop(buildId);
    await store.drop(buildId);
    expect(await readdir(join(folder, 'bundles'))).toEqual([]);
  });

  /** A worker that works until it is shut down. */
  function fakeWorker(): Worker {
    let end = (): void => undefined;
    const running = new Promise<void>((resolve) => (end = resolve));
    const worker = {
      run: () => running,
      getState: () => 'RUNNING',
      shutdown: () => {
        end();
      },
    };
    return worker as unknown as Worker;
  }

  async function tended(needed: (build: KeptBundle) => boolean, fails = 0) {
    const store = createBundleStore(folder);
    const old = await store.keep(await bundle('old'), '1.0.0');
    const own = await store.keep(await bundle('own'), '2.0.0');
    let current: string | undefined = old.buildId;
    let toFail = fails;
    const looks: string[] = [];
    const deployment: Deployment = {
      look: () => Promise.resolve({ current, known: [old.buildId], token: new Uint8Array() }),
      makeCurrent: (buildId) => {
        toFail -= 1;
        if (toFail >= 0) return Promise.resolve(false);
        current = buildId;
        return Promise.resolve(true);
      },
      hosts: () => Promise.resolve([{ host: 'local', buildId: old.buildId }]),
      isNeeded: (buildId) => {
        looks.push(buildId);
        return Promise.resolve(needed(old));
      },
    };
    const earlier = new EarlierBuilds(() => Promise.resolve(fakeWorker()));
    const stop = new AbortController();
    const builds = { host: 'local', own, store, deployment, earlier };
    const logger = pino({ level: 'silent' });
    const seen: string[][] = [];
    let rounds = 0;
    const counting: Deployment = {
      ...deployment,
      look: () => {
        rounds += 1;
        seen.push([...earlier.builds]);
        if (rounds === 5) stop.abort();
        return deployment.look();
      },
    };
    let settled = 0;
    await tendBuilds(
      { ...builds, deployment: counting, logger },
      stop.signal,
      () => (settled += 1),
      1,
    );
    return { old, own, settled, current: () => current, seen, store, earlier };
  }

  it('is worked for while a run needs it, and the own build is the current', async () => {
    const { old, own, settled, current, seen, earlier } = await tended(() => true);
    expect([settled, current()]).toEqual([1, own.buildId]);
    expect(seen.at(-1)).toEqual([old.buildId]);
    expect(earlier.builds).toEqual([]);
  });

  it('is dropped when no run has needed it at two looks', async () => {
    const { old, own, store, seen } = await tended(() => false);
    expect(seen.flat()).not.toContain(old.buildId);
    expect((await store.list()).bundles).toEqual([own]);
  });

  it('is looked at again when another host has changed the current build meanwhile', async () => {
    const { own, current, settled } = await tended(() => true, 2);
    expect([settled, current()]).toEqual([1, own.buildId]);
  });
});
