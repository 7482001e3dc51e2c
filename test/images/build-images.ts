import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { pack } from 'tar-stream';
import { withLock } from '../../activities/adapters/process/file-lock';
import { cacheDirectory } from '../../toolchain/cache-directory';
import { ensureBase, followed } from './base-image';
import { TEST_IMAGES } from './test-images';

/** An image remembers what it was made from; another recipe makes another image under the same name. */
export const RECIPE_LABEL = 'pawl.test.recipe';

export type Files = Readonly<Record<string, Buffer>>;

/**
 * Builds the images that are missing or whose recipe changed; else costs some milliseconds.
 * Retry:  safe; two runs at once build once. First time about a minute, with network for Debian's packages.
 */
export async function ensureImages(docker: Dockerode): Promise<void> {
  await onBase(docker, async (base) => {
    await ensureImage(docker, TEST_IMAGES.postgres, base, await filesOf('postgres'));
    await ensureImage(docker, TEST_IMAGES.registry, base, await filesOf('registry'));
    await ensureImage(docker, TEST_IMAGES.switch, base, await filesOf('switch'));
    await ensureImage(docker, TEST_IMAGES.edge, base, await filesOf('edge'));
    const app = { ...(await filesOf('app')), node: await readFile(process.execPath) };
    await ensureImage(docker, TEST_IMAGES.app1, base, withVersion(app, '1'));
    await ensureImage(docker, TEST_IMAGES.app2, base, withVersion(app, '2'));
    const program = process.env['PAWL_FERRETDB'];
    if (program !== undefined) await ensureFerretdb(docker, base, program);
  });
}

/** Gives the work Debian's image to build on; no two processes build at once. */
export async function onBase(
  docker: Dockerode,
  build: (base: string) => Promise<void>,
): Promise<void> {
  const images = join(cacheDirectory(process.env), 'images');
  await withLock(`${images}.lock`, async () => {
    await build(await ensureBase(docker, images));
  });
}

export async function ensureFerretdb(
  docker: Dockerode,
  base: string,
  program: string,
): Promise<void> {
  const files = { ...(await filesOf('ferretdb')), ferretdb: await readFile(program) };
  await ensureImage(docker, TEST_IMAGES.ferretdb, base, files);
}

export async function ensureImage(
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

function withVersion(files: Files, version: string): Files {
  return withLastLines(
    files,
    `ENV VERSION=${version}\nENTRYPOINT []\nCMD ["node", "/app/app.cjs"]\n`,
  );
}

/** With the last lines of the recipe, so that all before them is one layer for all that differ in them. */
export function withLastLines(files: Files, lines: string): Files {
  const recipe = Buffer.concat([files['Dockerfile'] as Buffer, Buffer.from(lines)]);
  return { ...files, Dockerfile: recipe };
}

export function filesOf(image: string): Promise<Files> {
  return filesIn(join(__dirname, image));
}

export async function filesIn(folder: string): Promise<Files> {
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
