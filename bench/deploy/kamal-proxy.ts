import { existsSync } from 'node:fs';
import { chmod, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildModule } from '../../toolchain/build-module';
import { withLock } from '../../activities/adapters/process/file-lock';
import type { Program } from '../../toolchain/program';
import { surroundingsOfProcess } from '../../toolchain/surroundings';
import { TEST_IMAGES } from '../../test/support/docker';
import { AppNetwork, execIn, type Running } from './app-network';
import type { Contender } from './contender';

const PROGRAM: Program = {
  name: 'kamal-proxy',
  executable: 'kamal-proxy',
  version: '0.9.2',
  minimumVersion: '0.9.2',
  environmentVariable: 'PAWL_KAMAL_PROXY',
  // It cannot tell its version: the pinned module and the folder's name in the cache do.
  versionArguments: [],
  build: {
    module: 'kamal-proxy',
    package: 'github.com/basecamp/kamal-proxy/cmd/kamal-proxy',
    linkerFlags: '-s -w',
  },
};

/** As Kamal does it: start the new one, `kamal-proxy deploy` (health, cutover and drain in one), stop the old one. */
export async function openKamalProxy(): Promise<Contender> {
  const program = await ensureKamalProxy();
  const network = await AppNetwork.create('kamal-proxy');
  const proxy = await network.startProxy({
    image: TEST_IMAGES.base,
    command: ['kamal-proxy', 'run'],
    bind: `${program}:/usr/local/bin/kamal-proxy:ro`,
  });
  let serving: Running | undefined;
  return {
    title: 'kamal-proxy deploy',
    url: proxy.url,
    release: async (version) => {
      const old = serving;
      serving = await network.startApp(version);
      const target = ['--target', `${serving.name}:8000`, '--health-check-path', '/healthz'];
      await execIn(proxy, 'kamal-proxy', 'deploy', 'app', ...target);
      if (old !== undefined) await network.end(old);
    },
    remove: () => network.remove(),
  };
}

/** The program in pawl's cache, built by Go when it is not there yet. */
async function ensureKamalProxy(): Promise<string> {
  const surroundings = surroundingsOfProcess({ modulesDirectory: __dirname });
  const { name, version, executable } = PROGRAM;
  const folder = `${name}-${version}-${process.platform}-${process.arch}`;
  const file = join(surroundings.cacheDirectory, 'programs', folder, executable);
  await mkdir(dirname(file), { recursive: true });
  await withLock(`${dirname(file)}.lock`, async () => {
    if (existsSync(file)) return;
    await buildModule(PROGRAM, surroundings, `${file}.partial`);
    await chmod(`${file}.partial`, 0o755);
    await rename(`${file}.partial`, file);
  });
  return file;
}
