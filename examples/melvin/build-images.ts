/*
 * The images that compose.yaml and pawl.yaml name, made of Debian's packages by the builder of the tests' images.
 *
 *   npx tsx examples/melvin/build-images.ts
 */
import { join } from 'node:path';
import Dockerode from 'dockerode';
import {
  ensureFerretdb,
  ensureImage,
  filesIn,
  filesOf,
  onBase,
  withLastLines,
} from '../../test/images/build-images';
import { TEST_IMAGES } from '../../test/images/test-images';
import { findProgram } from '../../toolchain/find-program';

/** Each has the migrations of its time. */
const REVISIONS_OF_VERSION = { 1: ['0001'], 2: ['0001', '0002'], 3: ['0001', '0002'] };

async function main(): Promise<void> {
  const docker = new Dockerode();
  const ferretdb = await findProgram('ferretdb');
  const melvin = await filesIn(join(__dirname, 'app'));
  await onBase(docker, async (base) => {
    await ensureImage(docker, TEST_IMAGES.postgres, base, await filesOf('postgres'));
    await ensureImage(docker, TEST_IMAGES.switch, base, await filesOf('switch'));
    await ensureFerretdb(docker, base, ferretdb.path);
    for (const [version, revisions] of Object.entries(REVISIONS_OF_VERSION)) {
      const copied = revisions.map((revision) => `revision_${revision}.py`).join(' ');
      const lines = `COPY ${copied} migrations/versions/\nENV VERSION=${version}\n`;
      const files = withLastLines(melvin, lines);
      await ensureImage(docker, `pawl-example/melvin:${version}`, base, files);
    }
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
