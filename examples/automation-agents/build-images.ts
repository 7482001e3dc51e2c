/*
 * The image that compose.yaml names, made of Debian's packages by the builder of the tests' images.
 *
 *   npx tsx examples/automation-agents/build-images.ts
 */
import { join } from 'node:path';
import Dockerode from 'dockerode';
import { ensureImage, filesIn, onBase, withLastLines } from '../../test/images/build-images';

async function main(): Promise<void> {
  const docker = new Dockerode();
  const app = await filesIn(join(__dirname, 'app'));
  await onBase(docker, (base) =>
    ensureImage(
      docker,
      'pawl-example/automation-agents:1',
      base,
      withLastLines(app, 'ENV VERSION=1\n'),
    ),
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
