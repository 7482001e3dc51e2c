import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createResticRepositories } from '../../../activities/adapters/restic/create-restic-repositories';
import type { Attempt } from '../../../activities/ports/attempt';
import type { ContentDigest, Manifest } from '../../../workflows/model/recovery-point';
import { resticProgram } from '../../support/restic-repository';
import { REPOSITORY_PASSWORD, type ProtectedStack } from './protected-stack';

const ATTEMPT: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'test',
};

/** Stores a recovery point that has another one's parts and promises something else of them. Returns its id. */
export async function storeAltered(
  stack: ProtectedStack,
  pointId: string,
  alter: (content: ContentDigest) => ContentDigest,
): Promise<string> {
  const open = createResticRepositories({
    restic: resticProgram(),
    runner: hostRunner,
    cacheDirectory: join(stack.folder, 'cache'),
  });
  const secret = () => Promise.resolve(REPOSITORY_PASSWORD);
  const repository = open(
    { stack: stack.name, directory: stack.folder, secret },
    { url: stack.repository, password: { env: 'UNUSED' }, initialise: false, environment: {} },
  );
  const manifest = await repository.readManifest(pointId, ATTEMPT);
  const { id } = await repository.storeManifest(altered(manifest, alter), ATTEMPT);
  return id;
}

function altered(manifest: Manifest, alter: (content: ContentDigest) => ContentDigest): Manifest {
  const parts = manifest.parts.map((part) => {
    const facts = { ...part.facts, contents: part.facts.contents.map(alter) };
    return { ...part, facts };
  });
  return { ...manifest, runKey: randomUUID(), parts };
}
