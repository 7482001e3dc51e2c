import { BSON } from 'mongodb';
import { document, element } from './wire-server';

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const text = (value: string): Buffer =>
  Buffer.concat([int32(Buffer.byteLength(value) + 1), Buffer.from(`${value}\0`)]);
const objectId = Buffer.from('0123456789abcdef01234567', 'hex');
const empty = document([]);

/**
 * One document with every type of bsonspec.org 1.1, made by hand: also deprecated ones, and what JavaScript cannot hold
 * (the bits of a NaN, fields named like numbers in their order, two fields of one name, nested arrays).
 */
export const EVERY_TYPE = document([
  element(7, '_id', objectId),
  element(1, 'double', Buffer.from('000000000000f03f', 'hex')),
  element(1, 'minus zero', Buffer.from('0000000000000080', 'hex')),
  element(1, 'NaN with a payload', Buffer.from('010000000000f87f', 'hex')),
  element(1, 'infinity', Buffer.from('000000000000f07f', 'hex')),
  element(2, 'string', text('naïve 🙂\0inside')),
  element(3, 'document', document([element(16, 'b', int32(1)), element(16, 'a', int32(2))])),
  element(4, 'nested arrays', document([element(4, '0', document([element(4, '0', empty)]))])),
  element(5, 'binary', Buffer.concat([int32(2), Buffer.from([0, 1, 2])])),
  element(
    5,
    'old binary',
    Buffer.concat([int32(6), Buffer.from([2]), int32(2), Buffer.from([1, 2])]),
  ),
  element(5, 'user binary', Buffer.concat([int32(1), Buffer.from([0x80, 9])])),
  element(6, 'undefined', Buffer.alloc(0)),
  element(8, 'true', Buffer.from([1])),
  element(8, 'false', Buffer.from([0])),
  element(9, 'date before 1970', Buffer.from('ffffffffffffffff', 'hex')),
  element(10, 'null', Buffer.alloc(0)),
  element(11, 'regex', Buffer.from('a.*\0imx\0')),
  element(12, 'DBPointer', Buffer.concat([text('db.c'), objectId])),
  element(13, 'code', text('return 1')),
  element(14, 'symbol', text('s')),
  element(15, 'code with scope', scoped('x', document([element(16, 'a', int32(1))]))),
  element(16, 'int32', int32(-1)),
  element(17, 'empty timestamp', Buffer.alloc(8)),
  element(17, 'timestamp', Buffer.from('0200000001000000', 'hex')),
  element(18, 'int64', Buffer.from('0700000000000000', 'hex')),
  element(19, 'decimal128', Buffer.from(BSON.Decimal128.fromString('1.10').bytes)),
  element(255, 'min key', Buffer.alloc(0)),
  element(127, 'max key', Buffer.alloc(0)),
  element(16, '2', int32(2)),
  element(16, '1', int32(1)),
  element(16, 'twice', int32(1)),
  element(16, 'twice', int32(2)),
  element(16, '', int32(0)),
  element(16, 'a.b', int32(0)),
  element(16, '$set', int32(0)),
  element(16, '__proto__', int32(0)),
]);

function scoped(code: string, scope: Buffer): Buffer {
  const body = Buffer.concat([text(code), scope]);
  return Buffer.concat([int32(body.length + 4), body]);
}
