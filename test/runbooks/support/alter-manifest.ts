import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createResticRepositories } from '../../../activities/adapters/restic/create-restic-repositories';
import type { Attempt } from '../../../activities/ports/attempt';
import type { Repository } from '../../../activities/ports/repository';
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
  const repository = openRepository(stack);
  const manifest = await repository.readManifest(pointId, ATTEMPT);
  const { id } = await repository.storeManifest(altered(manifest, alter), ATTEMPT);
  return id;
}

/** Stores a recovery point that promises a part as it was, where the part of another point lies. Returns its id. */
export async function storeExchanged(
  stack: ProtectedStack,
  pointId: string,
  { name, by }: { readonly name: string; readonly by: string },
): Promise<string> {
  const repository = openRepository(stack);
  const manifest = await repository.readManifest(pointId, ATTEMPT);
  const other = await repository.readManifest(by, ATTEMPT);
  const there = other.parts.find(({ part }) => part.name === name);
  if (there === undefined) throw new Error(`there is no part ${name}`);
  const parts = manifest.parts.map((stored) =>
    stored.part.name === name ? { ...stored, snapshotId: there.snapshotId } : stored,
  );
  const altered = { ...manifest, runKey: randomUUID(), parts };
  return (await repository.storeManifest(altered, ATTEMPT)).id;
}

/** Stores a recovery point whose part ends in its middle, though the manifest promises just these bytes. Returns its id. */
export async function storeTruncated(
  stack: ProtectedStack,
  pointId: string,
  name: string,
): Promise<string> {
  const repository = openRepository(stack);
  const manifest = await repository.readManifest(pointId, ATTEMPT);
  const stored = manifest.parts.find(({ part }) => part.name === name);
  if (stored === undefined) throw new Error(`there is no part ${name}`);
  const reading = await repository.readStream(stored.snapshotId, stored.path, ATTEMPT);
  const whole = await buffer(reading.stream);
  const runKey = randomUUID();
  const { part, facts } = stored;
  const half = await repository.storeStream({
    source: {
      stream: Readable.from([whole.subarray(0, whole.length / 2)], { objectMode: false }),
      finish: () => Promise.resolve(facts),
      abort: () => Promise.resolve(),
    },
    label: { ...manifest, runKey, part },
    attempt: ATTEMPT,
    beforeClose: () => Promise.resolve(),
  });
  const { snapshotId, path, receipt } = half;
  const torn = { part, facts, snapshotId, path, bytes: receipt.bytes, sha256: receipt.sha256 };
  const parts = manifest.parts.map((one) => (one === stored ? torn : one));
  const { id } = await repository.storeManifest({ ...manifest, runKey, parts }, ATTEMPT);
  return id;
}

function openRepository(stack: ProtectedStack): Repository {
  const open = createResticRepositories({
    restic: resticProgram(),
    runner: hostRunner,
    cacheDirectory: join(stack.folder, 'cache'),
  });
  const secret = () => Promise.resolve(REPOSITORY_PASSWORD);
  return open(
    { stack: stack.name, directory: stack.folder, secret },
    { url: stack.repository, password: { env: 'UNUSED' }, initialise: false, environment: {} },
  );
}

function altered(manifest: Manifest, alter: (content: ContentDigest) => ContentDigest): Manifest {
  const parts = manifest.parts.map((part) => {
    const facts = { ...part.facts, contents: part.facts.contents.map(alter) };
    return { ...part, facts };
  });
  return { ...manifest, runKey: randomUUID(), parts };
}
