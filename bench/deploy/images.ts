import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { followed } from '../../test/images/base-image';
import { docker, TEST_IMAGES } from '../../test/support/docker';
import type { Version } from './contender';

const NGINX = 'pawl-bench/nginx:bookworm';

export function imageOf(version: Version): string {
  return version === '1' ? TEST_IMAGES.app1 : TEST_IMAGES.app2;
}

/** Builds nginx' image, or finds each of its layers in the engine's cache. */
export async function ensureNginx(): Promise<string> {
  const context = pack();
  const recipe = await readFile(join(__dirname, 'nginx', 'Dockerfile'));
  context.entry({ name: 'Dockerfile', mtime: new Date(0) }, recipe);
  context.finalize();
  const building = await docker.buildImage(Readable.from(context), {
    t: NGINX,
    buildargs: { BASE: TEST_IMAGES.base },
  });
  await followed(docker, building, NGINX);
  return NGINX;
}
