import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Part, PartFacts } from '../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../workflows/model/restore-target';
import type { ProtectEntry } from '../../workflows/model/stack';
import type { Attempt } from '../../activities/ports/attempt';
import type { ByteSource, Taken } from '../../activities/ports/byte-stream';
import type { Engine } from '../../activities/ports/engine';
import type { Site } from '../../activities/ports/site';
import type { EngineBench } from './engine-bench';

/** A dump held in memory, with what is needed to restore it. */
export interface WholeDump {
  readonly entry: ProtectEntry;
  readonly part: Part;
  readonly bytes: Buffer;
  readonly facts: PartFacts;
}

/** Uses an engine as the activities do. Each call is an attempt of its own unless one is given. */
export class EngineUser {
  constructor(private readonly bench: EngineBench) {}

  async part(source: string): Promise<Part> {
    const { engine, site } = this.bench;
    const { parts } = await engine.observe({
      site,
      entry: this.bench.entry(source),
      attempt: newAttempt(),
    });
    const [only] = parts;
    if (only === undefined) throw new Error(`the entry of ${source} has no part`);
    return only.part;
  }

  async beginDump(source: string, attempt = newAttempt()): Promise<ByteSource> {
    const part = await this.part(source);
    return this.bench.engine.dump({
      site: this.bench.site,
      entry: this.bench.entry(source),
      part,
      attempt,
    });
  }

  /** Reads the rest, then asks whether it was all. */
  async finishDump(source: ByteSource): Promise<PartFacts> {
    await collect(source.stream).catch(() => undefined); // finish() must tell, whatever the stream did
    return source.finish();
  }

  async dump(source: string, attempt = newAttempt()): Promise<WholeDump> {
    const entry = this.bench.entry(source);
    const part = await this.part(source);
    const { bytes, facts } = await dumpWhole(
      this.bench.engine,
      this.bench.site,
      entry,
      part,
      attempt,
    );
    return { entry, part, bytes, facts };
  }

  /** Returns what the place cannot have of the source's surroundings. */
  async restoreBeside(dump: WholeDump, target: RestoreTarget): Promise<readonly string[]> {
    const notes = await this.prepare(dump, target);
    await this.receive(dump, target);
    return notes;
  }

  /** Sends the dump as often as it is wanted. */
  async receive(dump: WholeDump, target: RestoreTarget): Promise<Taken> {
    const { engine, site } = this.bench;
    let sink = await engine.receive({
      site,
      entry: dump.entry,
      part: dump.part,
      target,
      attempt: newAttempt(),
    });
    for (;;) {
      try {
        // A sink that died refuses the rest of the bytes; finish() says why.
        await pipeline(chunksOf(dump.bytes), sink.stream).catch(() => undefined);
        await sink.finish();
      } finally {
        await sink.abort();
      }
      const taken = sink.taken?.() ?? { leftOut: [], unproved: [] };
      if (taken.again === undefined) return taken;
      sink = taken.again;
    }
  }

  prepare(dump: WholeDump, target: RestoreTarget): Promise<readonly string[]> {
    const { engine, site } = this.bench;
    const { entry, part, facts } = dump;
    return engine.prepare({
      site,
      entry,
      part,
      target,
      surroundings: facts.surroundings,
      attempt: newAttempt(),
    });
  }

  /** Restores the first `length` bytes and is never heard of again. */
  async beginRestore(dump: WholeDump, target: RestoreTarget, length: number): Promise<void> {
    const { engine, site } = this.bench;
    await this.prepare(dump, target);
    const sink = await engine.receive({
      site,
      entry: dump.entry,
      part: dump.part,
      target,
      attempt: newAttempt(),
    });
    sink.stream.on('error', () => undefined);
    if (!sink.stream.write(dump.bytes.subarray(0, length))) await once(sink.stream, 'drain');
    await sink.abort();
  }

  observeTarget(dump: WholeDump, target: RestoreTarget) {
    const { engine, site } = this.bench;
    return engine.observeTarget({
      site,
      entry: dump.entry,
      part: dump.part,
      target,
      attempt: newAttempt(),
    });
  }

  digest(dump: WholeDump, target: RestoreTarget) {
    const { engine, site } = this.bench;
    const { contents } = dump.facts;
    return engine.digest({
      site,
      entry: dump.entry,
      part: dump.part,
      target,
      expected: contents,
      attempt: newAttempt(),
    });
  }

  swap(dump: WholeDump, target: RestoreTarget) {
    return this.bench.engine.swap({
      site: this.bench.site,
      entry: dump.entry,
      part: dump.part,
      target,
      attempt: newAttempt(),
    });
  }

  swapBack(dump: WholeDump, target: RestoreTarget) {
    return this.bench.engine.swapBack({
      site: this.bench.site,
      entry: dump.entry,
      part: dump.part,
      target,
      attempt: newAttempt(),
    });
  }

  discardBeside(dump: WholeDump, target: RestoreTarget) {
    const { engine, site } = this.bench;
    return engine.discardBeside({
      site,
      entry: dump.entry,
      part: dump.part,
      target,
      attempt: newAttempt(),
    });
  }

  discardKept(dump: WholeDump, target: RestoreTarget) {
    const { engine, site } = this.bench;
    return engine.discardKept({
      site,
      entry: dump.entry,
      part: dump.part,
      target,
      attempt: newAttempt(),
    });
  }
}

/** One attempt; with an owner of its own unless it repeats another. */
export function newAttempt(overrides: Partial<Attempt> = {}): Attempt {
  return {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    owner: `pawl:${randomUUID()}:part`,
    ...overrides,
  };
}

export async function dumpWhole(
  engine: Engine,
  site: Site,
  entry: ProtectEntry,
  part: Part,
  attempt = newAttempt(),
): Promise<{ bytes: Buffer; facts: PartFacts }> {
  const source = await engine.dump({ site, entry, part, attempt });
  try {
    const bytes = await collect(source.stream);
    return { bytes, facts: await source.finish() };
  } finally {
    await source.abort();
  }
}

/** Waits until the stream has begun, and reads no further: the source then waits in the middle of its dump. */
export async function firstBytes(stream: Readable): Promise<void> {
  if (stream.readableLength === 0) await once(stream, 'readable');
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function chunksOf(bytes: Buffer): Readable {
  const size = 65_536;
  const count = Math.ceil(bytes.length / size);
  return Readable.from(
    Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size)),
  );
}
