import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildIdOf, workflowBundlePath } from '../../worker/workflow-bundle';
import { runProcess } from './run-process';

const ROOT = join(__dirname, '..', '..');

/** pawl as its next version might be. */
export interface SecondBuild {
  /** Of the package: has `dist/`, and a version of its own. */
  readonly folder: string;
  readonly version: string;
  readonly bundle: string;
  readonly buildId: string;
}

const VERSION = '99.0.0';

/**
 * Another build of pawl: every workflow waits for a timer before anything else, so that no history of the first build can be
 * replayed by it, nor the other way round; only `stack`, which moves on, guards the change as it must. Bundled once for each
 * first build, since that costs eight seconds.
 */
export async function secondBuild(): Promise<SecondBuild> {
  const first = await buildIdOf(workflowBundlePath());
  const builds = join(ROOT, 'node_modules', '.cache', 'pawl-second-build');
  const folder = join(builds, first);
  if (!existsSync(folder)) {
    // Of sources that have changed since.
    await rm(builds, { recursive: true, force: true });
    await make(folder);
  }
  const bundle = join(folder, 'dist', 'workflow-bundle.js');
  return { folder, version: VERSION, bundle, buildId: await buildIdOf(bundle) };
}

async function make(folder: string): Promise<void> {
  const partial = `${folder}.${process.pid}`;
  const dist = join(partial, 'dist');
  await mkdir(partial, { recursive: true });
  await cp(join(ROOT, 'dist'), dist, { recursive: true });
  await symlink(join(ROOT, 'toolchain'), join(partial, 'toolchain'));
  await symlink(join(ROOT, 'docs'), join(partial, 'docs'));
  const about = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as object;
  await writeFile(join(partial, 'package.json'), JSON.stringify({ ...about, version: VERSION }));
  await rename(join(dist, 'workflows', 'index.js'), join(dist, 'workflows', 'first-index.js'));
  await writeFile(join(dist, 'workflows', 'index.js'), CHANGED);
  const script = join(dist, 'worker', 'build-workflow-bundle.js');
  const built = await runProcess([process.execPath, script], { env: process.env });
  if (built.code !== 0) throw new Error(`the second build failed: ${built.stderr}`);
  await rename(partial, folder).catch(async (error: unknown) => {
    // Another suite was faster.
    if (!existsSync(folder)) throw error;
    await rm(partial, { recursive: true });
  });
}

const CHANGED = `
const { patched, sleep, setWorkflowOptions } = require('@temporalio/workflow');
const first = require('./first-index');
for (const [name, workflow] of Object.entries(first)) {
  if (name === 'stack') continue;
  exports[name] = async (...input) => {
    await sleep(1);
    return workflow(...input);
  };
}
exports.stack = (...input) => {
  if (patched('a-timer-first')) void sleep(1);
  return first.stack(...input);
};
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, exports.stack);
`;
