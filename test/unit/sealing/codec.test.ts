import {
  defaultPayloadConverter,
  type Payload,
  type SerializationContext,
} from '@temporalio/common';
import { SealingCodec } from '../../../sealing/codec';
import { keyRing, sealingKey } from '../../../sealing/key-ring';
import { KEY_BYTES, keyOf } from '../../../sealing/seal-payload';
import { isMark, UNSEALED } from '../../../workflows/model/seal';

const keyNamed = (name: string, sealsFrom = 0) => ({
  ...keyOf(Buffer.alloc(KEY_BYTES, name)),
  sealsFrom,
});
const ours = new SealingCodec(keyRing([keyNamed('ours')]));
const theirs = new SealingCodec(keyRing([keyNamed('theirs')]));

const WORD = 'sentinel-9f2c';
const plain = defaultPayloadConverter.toPayload({ stack: WORD });
const workflow = (workflowId: string): SerializationContext => ({
  ...{ type: 'workflow', namespace: 'default', workflowId },
});

async function sealed(context?: SerializationContext, codec = ours): Promise<Payload> {
  const [payload] = await codec.encode([plain], context);
  if (payload === undefined) throw new Error('nothing was sealed');
  return payload;
}

async function opened(payload: Payload, context?: SerializationContext, codec = ours) {
  const [one] = await codec.decode([payload], context);
  return one && defaultPayloadConverter.fromPayload<Record<string, unknown>>(one);
}

describe('a sealed payload', () => {
  it('is opened with its key, for the workflow that it was sealed for', async () => {
    const payload = await sealed(workflow('melvin/1'));
    expect(await opened(payload, workflow('melvin/1'))).toEqual({ stack: WORD });
    expect(await opened(payload)).toEqual({ stack: WORD });
  });

  it('shows nothing of what is in it, and is never twice the same', async () => {
    const [one, other] = [await sealed(), await sealed()];
    const text = Buffer.from(one.data ?? []).toString('latin1') + JSON.stringify(one.metadata);
    expect(text).not.toContain(WORD);
    expect(one.data).not.toEqual(other.data);
  });

  it('is packed before it is sealed when it is long, and opened as it was', async () => {
    const long = { parts: Array.from({ length: 5000 }, (_, at) => `accounts/database_${at}`) };
    const [payload] = await ours.encode([defaultPayloadConverter.toPayload(long)]);
    expect(payload?.data?.length).toBeLessThan(JSON.stringify(long).length / 2);
    expect(payload && (await opened(payload))).toEqual(long);
    const asIs = { ...payload, metadata: { ...payload?.metadata, 'pawl-packed': Buffer.from('') } };
    expect(isMark(await opened(asIs))).toBe(true);
  });

  it('keeps its place among others', async () => {
    const many = ['a', 'b', 'c'].map((text) => defaultPayloadConverter.toPayload(text));
    const back = await ours.decode(await ours.encode(many));
    expect(back.map((one) => defaultPayloadConverter.fromPayload(one))).toEqual(['a', 'b', 'c']);
  });
});

describe('becomes a mark, and never throws', () => {
  it.each<[string, () => Payload | Promise<Payload>, RegExp]>([
    ['what is not sealed', () => plain, /not sealed/],
    ['a payload without anything', () => ({}), /not sealed/],
    ['what another key has sealed', () => sealed(undefined, theirs), /not in use here/],
    ['what is for another workflow', () => sealed(workflow('melvin/2')), /something else/],
  ])('%s', async (_what, make, reason) => {
    const value = await opened(await make(), workflow('melvin/1'));
    expect(isMark(value)).toBe(true);
    expect(value?.[UNSEALED]).toMatch(reason);
  });

  it('one of which any byte was changed, or that was cut off', async () => {
    const payload = await sealed();
    const data = Buffer.from(payload.data ?? []);
    for (let at = 0; at < data.length; at += 1) {
      const changed = Buffer.from(data);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(isMark(await opened({ ...payload, data: changed }))).toBe(true);
      expect(isMark(await opened({ ...payload, data: data.subarray(0, at) }))).toBe(true);
    }
  });

  it('one whose purpose was exchanged, added or taken away', async () => {
    const payload = await sealed(workflow('melvin/1'));
    const other = await sealed(workflow('melvin/2'));
    const none = Object.fromEntries(
      Object.entries(payload.metadata ?? {}).filter(([name]) => name !== 'pawl-for'),
    );
    for (const metadata of [
      other.metadata ?? null,
      none,
      { ...payload.metadata, more: Buffer.from('1') },
    ]) {
      expect(isMark(await opened({ ...payload, metadata }))).toBe(true);
    }
  });
});

it('unsealed data is accepted only where that was asked for, and what is sealed wrongly is not even then', async () => {
  const lenient = new SealingCodec(keyRing([keyNamed('ours')]), { acceptUnsealed: true });
  expect(await opened(plain, undefined, lenient)).toEqual({ stack: WORD });
  expect(isMark(await opened(await sealed(undefined, theirs), undefined, lenient))).toBe(true);
});

describe('of several keys', () => {
  const old = keyNamed('old');
  const fresh = keyNamed('fresh', 1_000);

  it('the newest whose time has come seals, and all open', async () => {
    expect(sealingKey([fresh, old], 999)?.id).toBe(old.id);
    expect(sealingKey([fresh, old], 1_000)?.id).toBe(fresh.id);
    const before = new SealingCodec(keyRing([old]));
    const after = new SealingCodec(keyRing([fresh, old]));
    expect(await opened(await sealed(undefined, before), undefined, after)).toEqual({
      stack: WORD,
    });
    expect(isMark(await opened(await sealed(undefined, after), undefined, before))).toBe(true);
  });

  it('the last seals when none is due yet', () => {
    expect(sealingKey([fresh], 0)?.id).toBe(fresh.id);
  });
});
