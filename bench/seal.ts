/*
 * What sealing costs a step: seal and open its input, seal and open its result, and one beat of progress, beside the same through
 * Temporal's converter alone.
 *
 *   npm run bench -- seal
 */
import {
  defaultPayloadConverter,
  type PayloadCodec,
  type SerializationContext,
} from '@temporalio/common';
import { SealingCodec } from '../sealing/codec';
import { keyRing } from '../sealing/key-ring';
import { KEY_BYTES, keyOf } from '../sealing/seal-payload';
import { answered, asked } from '../workflows/model/seal';
import { median, table } from './support/figures';

const ROUNDS = 15;
const STEPS = 200;
const MOST_MILLISECONDS = 1;

const KIB = 1024;
/** Of a step's input, most of which is the description of its stack; the last is about the largest that Temporal takes. */
const SIZES_BYTES = [2 * KIB, 16 * KIB, 256 * KIB, 1024 * KIB];

const PLAIN: PayloadCodec = {
  encode: (payloads) => Promise.resolve(payloads),
  decode: (payloads) => Promise.resolve(payloads),
};
const SEALED = new SealingCodec(
  keyRing([{ ...keyOf(Buffer.alloc(KEY_BYTES, 'bench')), sealsFrom: 0 }]),
);
const context: SerializationContext = {
  type: 'activity',
  namespace: 'default',
  workflowId: 'melvin/42',
  activityId: 'back-up:accounts',
  isLocal: false,
};

async function through(codec: PayloadCodec, value: unknown): Promise<void> {
  const sealed = await codec.encode([defaultPayloadConverter.toPayload(value)], context);
  for (const one of await codec.decode(sealed, context)) defaultPayloadConverter.fromPayload(one);
}

/** Milliseconds of a step. */
async function stepsThrough(codec: PayloadCodec, bytes: number): Promise<number> {
  const input = asked({ message: 'backUpPart', run: 'run' }, [{ stack: 'x'.repeat(bytes) }]);
  const began = performance.now();
  for (let step = 0; step < STEPS; step += 1) {
    await through(codec, input);
    await through(codec, { phase: 'dump', bytesDone: step });
    await through(codec, answered({ bytes: step, rows: step }));
  }
  return (performance.now() - began) / STEPS;
}

async function main(): Promise<void> {
  const rows: string[][] = [];
  let largest = 0;
  for (const bytes of SIZES_BYTES) {
    const [plain, sealed]: [number[], number[]] = [[], []];
    // By turns: what else the machine does meets both.
    for (let round = 0; round < ROUNDS; round += 1) {
      plain.push(await stepsThrough(PLAIN, bytes));
      sealed.push(await stepsThrough(SEALED, bytes));
    }
    const cost = median(sealed) - median(plain);
    if (bytes <= 256 * KIB) largest = Math.max(largest, cost);
    rows.push([
      `${bytes / KIB} KiB`,
      ...[median(plain), median(sealed), cost].map((value) => value.toFixed(3)),
    ]);
  }
  table(['input of a step', 'plain (ms)', 'sealed (ms)', 'cost (ms)'], rows);
  console.log(
    `up to 256 KiB: ${largest.toFixed(3)} ms a step at most, ${largest <= MOST_MILLISECONDS ? 'within' : 'ABOVE'} ${MOST_MILLISECONDS} ms`,
  );
  if (largest > MOST_MILLISECONDS) process.exitCode = 1;
}

void main();
