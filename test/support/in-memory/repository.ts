import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { addAbortSignal, Readable } from 'node:stream';
import {
  summariseManifest,
  type Manifest,
  type RecoveryPointSummary,
} from '../../../workflows/model/recovery-point';
import { AdapterError } from '../../../activities/ports/adapter-error';
import type { Attempt } from '../../../activities/ports/attempt';
import type { OpenCopyWay } from '../../../activities/ports/copies';
import type { ByteSource } from '../../../activities/ports/byte-stream';
import type {
  FoundPoints,
  MissingParts,
  OpenRepository,
  Repository,
  RepositoryLook,
  StreamLabel,
  StreamLocation,
  StreamReceipt,
  Upload,
} from '../../../activities/ports/repository';
import type { Site } from '../../../activities/ports/site';
import type { RepositoryDescription } from '../../../workflows/model/stack';

interface StoredStream {
  readonly snapshotId: string;
  readonly path: string;
  readonly uploadId: string;
  readonly label: StreamLabel;
  readonly content: Buffer;
}

interface StoredManifest {
  readonly point: RecoveryPointSummary;
  readonly text: string;
}

interface Contents {
  readonly password: string;
  readonly streams: StoredStream[];
  readonly manifests: StoredManifest[];
}

/** Repositories by url, in memory: `Repository` as its contract says, without restic. */
export function createInMemoryRepositories(): {
  readonly open: OpenRepository;
  readonly openWay: OpenCopyWay;
  /** Streams and manifests stored in it. */
  readonly countSnapshots: (url: string) => number;
} {
  const repositories = new Map<string, Contents>();
  return {
    open: (site, description) => new InMemoryRepository(repositories, site, description),
    openWay: (site, own, copy) => {
      const there = new InMemoryRepository(repositories, site, copy);
      return {
        initialise: (attempt) => there.initialise(attempt),
        copySnapshots: async ({ ids, bytes }, attempt) => {
          attempt.signal.throwIfAborted();
          await there.take(new InMemoryRepository(repositories, site, own), ids);
          attempt.onProgress(bytes);
        },
      };
    },
    countSnapshots: (url) => {
      const { streams = [], manifests = [] } = repositories.get(url) ?? {};
      return streams.length + manifests.length;
    },
  };
}

/** Folders lie on a real disk, and restic alone reads them from it: tests of trees take the real one. */
const noTrees = (): Promise<never> =>
  Promise.reject(new AdapterError('InternalError', 'the memory holds streams only'));

class InMemoryRepository implements Repository {
  readonly trees = {
    store: noTrees,
    find: noTrees,
    read: noTrees,
    list: noTrees,
    restore: noTrees,
  };

  constructor(
    private readonly repositories: Map<string, Contents>,
    private readonly site: Pick<Site, 'secret'>,
    private readonly description: RepositoryDescription,
  ) {}

  async probe({ signal }: Attempt) {
    signal.throwIfAborted();
    const program = 'memory 1.0.0';
    if (!this.repositories.has(this.description.url)) return { state: 'absent', program } as const;
    await this.contents();
    return { state: 'ready', id: this.description.url, program, freeBytes: 1e12 } as const;
  }

  async initialise(attempt: Attempt): Promise<void> {
    const { state } = await this.probe(attempt);
    if (state === 'ready') return;
    const password = await this.site.secret(this.description.password);
    this.repositories.set(this.description.url, { password, streams: [], manifests: [] });
  }

  async storeStream(upload: Upload): Promise<StreamLocation & { readonly receipt: StreamReceipt }> {
    const { label, attempt, beforeClose } = upload;
    const source = await upload.source;
    try {
      const { streams } = await this.contents('ServiceUnavailable');
      const content = await Promise.race([readAll(source, attempt), aborted(attempt.signal)]);
      const facts = await source.finish();
      if (content.length === 0) throw new AdapterError('CommandFailed', 'The dump is empty');
      const receipt = { uploadId: randomUUID(), ...measure(content), facts };
      attempt.signal.throwIfAborted();
      await beforeClose(receipt);
      const place = { snapshotId: newId(), path: `/${encodeURIComponent(label.part.name)}` };
      streams.push({ ...place, uploadId: receipt.uploadId, label, content });
      return { ...place, receipt };
    } catch (error) {
      await source.abort();
      attempt.signal.throwIfAborted();
      throw error;
    }
  }

  async findStream(
    _label: StreamLabel,
    receipt: StreamReceipt,
    { signal }: Attempt,
  ): Promise<StreamLocation | undefined> {
    signal.throwIfAborted();
    const { streams } = await this.contents();
    const found = streams.find(({ uploadId }) => uploadId === receipt.uploadId);
    return found && { snapshotId: found.snapshotId, path: found.path };
  }

  async readStream(snapshotId: string, path: string, { signal }: Attempt) {
    const { streams } = await this.contents();
    const found = streams.find((one) => one.snapshotId.startsWith(snapshotId) && one.path === path);
    const chunks = found === undefined ? [] : [found.content];
    const stream = addAbortSignal(signal, Readable.from(chunks, { objectMode: false }));
    return {
      stream,
      finish: async () => {
        signal.throwIfAborted();
        if (found === undefined) throw absent(snapshotId);
        await Promise.resolve();
      },
      abort: async () => {
        stream.destroy();
        await Promise.resolve();
      },
    };
  }

  async storeManifest(manifest: Manifest, { signal }: Attempt): Promise<RecoveryPointSummary> {
    const { manifests } = await this.contents();
    signal.throwIfAborted();
    const point = summariseManifest(newId().slice(0, 8), manifest);
    manifests.push({ point, text: JSON.stringify(manifest) });
    return point;
  }

  async findManifest(
    { runKey }: Pick<Manifest, 'stack' | 'runKey'>,
    { signal }: Attempt,
  ): Promise<RecoveryPointSummary | undefined> {
    signal.throwIfAborted();
    const { manifests } = await this.contents('ServiceUnavailable');
    return manifests.find(({ point }) => point.runKey === runKey)?.point;
  }

  async observe(stack: string, attempt: Attempt) {
    const { state, freeBytes } = await this.probe(attempt);
    if (state === 'absent') return { state };
    return { state, freeBytes, lastSizes: await this.lastSizes(stack) };
  }

  async look(stack: string, attempt: Attempt): Promise<RepositoryLook> {
    return {
      found: await this.foundPoints(stack, attempt),
      lastSizes: await this.lastSizes(stack),
      findMissingParts: (points) => this.findMissingParts(points, attempt),
      locateParts: (manifest) => this.locateParts(manifest, attempt),
    };
  }

  private async foundPoints(stack: string, { signal }: Attempt): Promise<FoundPoints> {
    signal.throwIfAborted();
    const { manifests } = await this.contents();
    const points = manifests.map(({ point }) => point).filter((point) => point.stack === stack);
    points.sort((a, b) => b.takenAt.localeCompare(a.takenAt));
    const ofEachRun = new Map(points.map((point) => [point.runKey, point]));
    return { points: [...ofEachRun.values()], unreadable: [] };
  }

  private async findMissingParts(points: readonly RecoveryPointSummary[], attempt: Attempt) {
    const missing = new Map<string, MissingParts>();
    for (const { id } of points) {
      const { parts, ...manifest } = await this.readManifest(id);
      const places = await this.locateParts({ ...manifest, parts }, attempt);
      const lost = parts.filter((_, index) => places[index] === undefined);
      const missingParts = lost.map(({ part }) => part.name);
      if (lost.length > 0) missing.set(id, { missing: lost.length, missingParts });
    }
    return missing;
  }

  private async locateParts({ parts }: Manifest, { signal }: Attempt) {
    signal.throwIfAborted();
    const { streams } = await this.contents();
    return parts.map(({ snapshotId, path }) =>
      streams.some((stream) => stream.snapshotId === snapshotId) ? { snapshotId, path } : undefined,
    );
  }

  private async lastSizes(stack: string): Promise<Readonly<Record<string, number>>> {
    const { streams } = await this.contents();
    const own = streams.filter(({ label }) => label.stack === stack);
    own.sort((a, b) => a.label.takenAt.localeCompare(b.label.takenAt));
    return Object.fromEntries(own.map(({ label, content }) => [label.part.name, content.length]));
  }

  async readManifest(pointId: string): Promise<Manifest> {
    const { manifests, streams } = await this.contents();
    if (streams.some(({ snapshotId }) => snapshotId.startsWith(pointId))) {
      throw new AdapterError('VerificationFailed', `${pointId} is no manifest`);
    }
    const found = manifests.find(({ point }) => point.id.startsWith(pointId.slice(0, 8)));
    if (found === undefined) throw absent(pointId);
    return JSON.parse(found.text) as Manifest;
  }

  /** As `restic copy`: what is there already is passed over, and so is an id of nothing. */
  async take(from: InMemoryRepository, ids: readonly string[]): Promise<void> {
    const [theirs, ours] = [await from.contents(), await this.contents('ServiceUnavailable')];
    for (const id of ids) {
      const streams = theirs.streams.filter(({ snapshotId }) => snapshotId.startsWith(id));
      const manifests = theirs.manifests.filter(({ point }) => id.startsWith(point.id));
      ours.streams.push(...streams.filter((one) => !ours.streams.includes(one)));
      ours.manifests.push(...manifests.filter((one) => !ours.manifests.includes(one)));
    }
  }

  recallManifest(pointId: string): Promise<Manifest> {
    return this.readManifest(pointId);
  }

  private async contents(absent: AdapterError['kind'] = 'PreconditionFailed'): Promise<Contents> {
    const { url, password } = this.description;
    const contents = this.repositories.get(url);
    if (contents === undefined) throw new AdapterError(absent, `no repository ${url}`);
    if (contents.password === (await this.site.secret(password))) return contents;
    throw new AdapterError('CredentialsRejected', `wrong password for ${url}`);
  }
}

async function readAll({ stream }: ByteSource, { onProgress }: Attempt): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    onProgress(bytes);
  }
  return Buffer.concat(chunks);
}

/** A source that hangs does not hear of an abort by itself. */
async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

function measure(content: Buffer): { sha256: string; bytes: number } {
  return { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
}

function newId(): string {
  return createHash('sha256').update(randomUUID()).digest('hex');
}

function absent(id: string): AdapterError {
  return new AdapterError('PreconditionFailed', `no snapshot ${id}`);
}
