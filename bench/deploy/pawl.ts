import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PawlOnThisHost } from '../../examples/demo/pawl-on-this-host';
import { TEST_IMAGES } from '../../test/support/docker';
import { freePort } from '../../worker/free-port';
import { composeFile, removeProject } from './compose-project';
import type { Contender, Version } from './contender';
import { imageOf } from './images';

const PASSWORD = 'bench-repository-password';

/** pawl's way, by the command line from the first line to the last: what it costs to start is in its seconds. */
export async function openPawl(): Promise<Contender> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-deploy-'));
  const stack = basename(folder).toLowerCase();
  const port = await freePort('127.0.0.1');
  await mkdir(join(folder, 'uploads'));
  await writeFile(join(folder, 'pawl.yaml'), stackFile(stack));
  const describe = (version: Version): Promise<void> => {
    const api = { image: imageOf(version), ports: [`127.0.0.1:${port}:8000`] };
    return writeFile(join(folder, 'compose.yaml'), composeFile({ api }));
  };
  await describe('1');
  const pawl = await PawlOnThisHost.start(folder, { BENCH_REPOSITORY_PASSWORD: PASSWORD });
  return {
    title: 'pawl deploy',
    url: `http://127.0.0.1:${port}`,
    release: async (version) => {
      await describe(version);
      await run(pawl, 'deploy', '-y');
    },
    rollback: () => run(pawl, 'rollback', '-y'),
    remove: async () => {
      await pawl.stop();
      await removeProject(stack);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function run(pawl: PawlOnThisHost, ...argv: string[]): Promise<void> {
  const { code, stdout, stderr } = await pawl.cli(...argv);
  if (code !== 0)
    throw new Error(`pawl ${argv.join(' ')} exited with ${code}:\n${stdout}${stderr}`);
}

function stackFile(stack: string): string {
  return `stack: ${stack}
repository: {url: ./repository, password: {env: BENCH_REPOSITORY_PASSWORD}}
protect:
  uploads: {engine: files, path: ./uploads}
release: {switchImage: ${TEST_IMAGES.switch}, recoveryPoint: never}
deploy:
  api: {strategy: switch, port: 8000, ready: {http: /healthz}}
`;
}
