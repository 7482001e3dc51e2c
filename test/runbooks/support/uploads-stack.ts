import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PawlEnvironment } from '../../support/pawl-environment';
import { createQuickRepository } from '../../support/quick-repository';

/** Of the environment that pawl is started with, for the repository of `writeUploadsStack`. */
export const UPLOADS_ENVIRONMENT = { REPOSITORY_PASSWORD: 'correct horse' };

/** The smallest stack there is, where commands are called: `melvin`, with a folder of uploads and a repository. */
export async function writeUploadsStack({ directory }: PawlEnvironment): Promise<void> {
  await mkdir(join(directory, 'uploads'));
  await createQuickRepository(
    join(directory, 'repository'),
    UPLOADS_ENVIRONMENT.REPOSITORY_PASSWORD,
  );
  const lines = [
    'stack: melvin',
    'repository: {url: ./repository, password: {env: REPOSITORY_PASSWORD}}',
    'protect: {uploads: {engine: files, path: ./uploads}}',
  ];
  await writeFile(join(directory, 'pawl.yaml'), `${lines.join('\n')}\n`);
}
