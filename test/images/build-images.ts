import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { pack } from 'tar-stream';
import { withLock } from '../../toolchain/lock';
import { cacheDirectory } from '../../toolchain/surroundings';
import { ensureBase, followed } from './base-image';
import { TEST_IMAGES } from './test-images';

/** An image remembers what it was made from; another recipe makes another image under the same name. */
const RECIPE_LABEL = 'pawl.test.recipe';

type Files = Readonly<Record<string, Buffer>>;

/**
 * Builds the images that are missing or whose recipe changed; else costs some milliseconds.
 * Retry:  safe; two runs at once build once. First time about a minute, with network for Debian's packages.
 */
export async function ensureImages(docker: Dockerode): Promise<void> {
  const images = join(cacheDirectory(process.env), 'images');
  await withLock(`${images}.lock`, async () => {
    const base = await ensureBase(docker, images);
    await ensureImage(docker, TEST_IMAGES.postgres, base, await filesOf('postgres'));
    await ensureImage(docker, TEST_IMAGES.registry, base, await filesOf('registry'));
    await ensureImage(docker, TEST_IMAGES.switch, base, await filesOf('switch'));
    const app = { ...(await filesOf('app')), node: await readFile(process.execPath) };
    await ensureImage(docker, TEST_IMAGES.app1, base, withVersion(app, '1'));
    await ensureImage(docker, TEST_IMAGES.app2, base, withVersion(app, '2'));
    const program = process.env['PAWL_FERRETDB'];
    if (program === undefined) return;
    const files = { ...(await filesOf('ferretdb')), ferretdb: await readFile(program) };
    await ensureImage(docker, TEST_IMAGES.ferretdb, base, files);
  });
}

async function ensureImage(
  docker: Dockerode,
  tag: string,
  base: string,
  files: Files,
): Promise<void> {
  const recipe = recipeOf(base, files);
  const present = await docker.getImage(tag).inspect().catch(unlessMissing);
  // An image without labels has null there, whatever the types say.
  const labels = present?.Config.Labels as Record<string, string> | null | undefined;
  if (labels?.[RECIPE_LABEL] === recipe) return;
  console.error(`test image ${tag}: building`);
  const context = pack();
  for (const [name, content] of Object.entries(files)) {
    context.entry({ name, mode: 0o755, mtime: new Date(0) }, content);
  }
  context.finalize();
  const building = await docker.buildImage(Readable.from(context), {
    t: tag,
    buildargs: { BASE: TEST_IMAGES.base },
    labels: { [RECIPE_LABEL]: recipe },
  });
  await followed(docker, building, tag);
}

/** The last line of the recipe, so that all before it is one layer for both. */
function withVersion(files: Files, version: string): Files {
  const last = `ENV VERSION=${version}\nENTRYPOINT []\nCMD ["node", "/app/app.cjs"]\n`;
  return {
    ...files,
    Dockerfile: Buffer.concat([files['Dockerfile'] as Buffer, Buffer.from(last)]),
  };
}

async function filesOf(image: string): Promise<Files> {
  const folder = join(__dirname, image);
  const names = (await readdir(folder)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return Object.fromEntries(names.map((name, place) => [name, contents[place] as Buffer]));
}

function recipeOf(base: string, files: Files): string {
  const hash = createHash('sha256').update(base);
  for (const [name, content] of Object.entries(files)) hash.update(`\0${name}\0`).update(content);
  return hash.digest('hex');
}

function unlessMissing(error: { statusCode?: number }): undefined {
  if (error.statusCode !== 404) throw error as Error;
}
