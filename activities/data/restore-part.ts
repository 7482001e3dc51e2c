import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { log } from '@temporalio/activity';
import type { LeftOut } from '../../workflows/model/left-out';
import { isTree, type Json, type PartSummary } from '../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../workflows/model/restore-target';
import { AdapterError } from '../ports/adapter-error';
import { engineFor, entryOf } from '../frame/engine-for';
import type { Attempt } from '../ports/attempt';
import type { ByteSink } from '../ports/byte-stream';
import type { Ports } from '../ports/host-ports';
import type { Repository } from '../ports/repository';
import type { Site } from '../ports/site';
import { openToRead } from '../frame/open-to-read';
import { runStep, type StepInput } from '../frame/run-step';

export interface RestorePartInput extends StepInput {
  readonly pointId: string;
  readonly stored: PartSummary;
  readonly target: RestoreTarget;
}

export interface RestoredPart {
  readonly bytes: number;
  readonly notes: readonly string[];
  /** Absent where nothing is. */
  readonly leftOut?: readonly LeftOut[];
  readonly unproved?: readonly string[];
}

/**
 * Restores one part beside what works. The place is emptied first, and what works is not touched.
 * Shape:  { stack, run, pointId, stored, target } → { bytes, notes, leftOut?, unproved? }
 * Units:  bytes = octets of the dump; notes = sentences: what this place cannot have as it was; leftOut = what the target
 *         leaves out; unproved = names of contents that are not as they were, therefore
 * Retry:  safe; begins again with an empty place. Heartbeats { phase, bytesDone, bytesExpected }
 * Throws: VerificationFailed (bytes differ from the manifest) · PreconditionFailed · ServiceUnavailable · CommandFailed
 */
export const restorePart =
  (ports: Ports) =>
  (input: RestorePartInput): Promise<RestoredPart> => {
    const { stored } = input;
    const options = {
      phase: `restore ${stored.part.name}`,
      bytesExpected: stored.bytes,
      watchStall: true,
    };
    return runStep(ports, input, options, async (attempt, site) => {
      const entry = entryOf(input.stack, stored.part);
      const engine = engineFor(ports, entry);
      const { part } = stored;
      const surroundings = await surroundingsOf(ports, input, site, attempt);
      const call = { site, entry, part, target: input.target, attempt };
      if (isTree(stored) && engine.trees !== undefined) {
        const notes = await engine.prepare({ ...call, surroundings });
        const { trees } = openToRead(ports, site, input.stack);
        await trees.restore(stored.snapshotId, await engine.trees.sink(call), attempt);
        return { bytes: stored.bytes, notes };
      }
      // restic takes half a second to open its repository: meanwhile the place is made.
      const reading = startReading(ports, input, site, attempt);
      let sink: ByteSink;
      let notes: readonly string[];
      try {
        notes = await engine.prepare({ ...call, surroundings });
        sink = await engine.receive(call);
      } catch (error) {
        // Why there is no place is the failure to tell.
        await reading.then((begun) => begun.abort()).catch(() => undefined);
        throw error;
      }
      const taken = await takeIn(ports, input, site, { sink, reading }, attempt);
      for (const note of notes) log.warn(note);
      return { bytes: stored.bytes, notes, ...taken };
    });
  };

/** From the manifest, not by way of the workflow: they may hold secrets, which Temporal's history would keep. */
async function surroundingsOf(
  ports: Ports,
  { stack, pointId, stored }: RestorePartInput,
  site: Site,
  attempt: Attempt,
): Promise<Json | undefined> {
  const repository = openToRead(ports, site, stack);
  const { parts } = await repository.recallManifest(pointId, attempt);
  return parts.find(({ part }) => part.name === stored.part.name)?.facts.surroundings;
}

type Reading = Awaited<ReturnType<Repository['readStream']>>;

function startReading(
  ports: Ports,
  { stack, stored: { snapshotId, path } }: RestorePartInput,
  site: Site,
  attempt: Attempt,
): Promise<Reading> {
  const repository = openToRead(ports, site, stack);
  const reading = repository.readStream(snapshotId, path, attempt);
  // Whoever copies it hears why there is none, or why it broke off before.
  reading.then(
    ({ stream }) => stream.on('error', () => undefined),
    () => undefined,
  );
  return reading;
}

/** Sends the dump as often as the sink wants it. */
async function takeIn(
  ports: Ports,
  input: RestorePartInput,
  site: Site,
  first: { readonly sink: ByteSink; readonly reading: Promise<Reading> },
  attempt: Attempt,
): Promise<Pick<RestoredPart, 'leftOut' | 'unproved'>> {
  for (let { sink, reading } = first; ;) {
    requireSame(input.stored, await copy(reading, sink, attempt));
    const { again, leftOut = [], unproved = [] } = sink.taken?.() ?? {};
    if (again === undefined) return leftOut.length === 0 ? {} : { leftOut, unproved };
    sink = again;
    reading = startReading(ports, input, site, attempt);
  }
}

interface Received {
  readonly bytes: number;
  readonly sha256: string;
}

/** Repository → hash and count → sink. When either end fails the other is ended too, and the first failure is told. */
async function copy(begun: Promise<Reading>, sink: ByteSink, attempt: Attempt): Promise<Received> {
  const reading = await begun.catch(async (error: unknown) => {
    await sink.abort();
    throw error;
  });
  const meter = createMeter(attempt);
  try {
    await pipeline(reading.stream, meter.stream, sink.stream, { signal: attempt.signal });
    await reading.finish();
    await sink.finish();
  } catch (error) {
    throw await explain(error, reading, sink);
  }
  return meter.received();
}

/**
 * A broken pipe says nothing: the program at one of its ends knows why. A sink that refuses the dump makes the reader end,
 * too, as one that was interrupted (CommandFailed); a reader that ends for another reason gives the sink a torn dump to refuse.
 */
async function explain(
  error: unknown,
  reading: { finish(): Promise<void>; abort(): Promise<void> },
  sink: ByteSink,
): Promise<unknown> {
  if (error instanceof AdapterError) {
    await Promise.all([reading.abort(), sink.abort()]);
    return error;
  }
  const [ofSink, ofReader] = (await Promise.allSettled([endOf(sink), endOf(reading)])).map(known);
  const torn = ofReader !== undefined && ofReader.kind !== 'CommandFailed';
  return (torn ? ofReader : (ofSink ?? ofReader)) ?? brokenOff(error);
}

function known(end: PromiseSettledResult<void>): AdapterError | undefined {
  const reason: unknown = end.status === 'rejected' ? end.reason : undefined;
  return reason instanceof AdapterError ? reason : undefined;
}

function brokenOff(error: unknown): AdapterError {
  const how = error instanceof Error ? error.message : String(error);
  const text = `the copy out of the repository broke off (${how}), and neither end said why`;
  return new AdapterError('CommandFailed', text, {}, { cause: error });
}

async function endOf(end: { finish(): Promise<void>; abort(): Promise<void> }): Promise<void> {
  try {
    await end.finish();
  } finally {
    await end.abort();
  }
}

function createMeter(attempt: Attempt): { stream: Transform; received(): Received } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      attempt.onProgress(bytes);
      done(null, chunk);
    },
  });
  return { stream, received: () => ({ bytes, sha256: hash.digest('hex') }) };
}

function requireSame(stored: PartSummary, received: Received): void {
  if (received.bytes === stored.bytes && received.sha256 === stored.sha256) return;
  throw new AdapterError(
    'VerificationFailed',
    `part ${stored.part.name} came out of the repository with ${received.bytes} bytes, SHA-256 ${received.sha256}; ` +
      `its manifest promises ${stored.bytes} bytes, SHA-256 ${stored.sha256}. Nothing that works was touched`,
    {
      advice:
        'Restore an older recovery point (`pawl points`), and check the repository with `restic check --read-data`.',
    },
  );
}
