import { createHash } from 'node:crypto';
import { hashJson } from '../../../workflows/run/hash-plan';

describe('the hash of a plan', () => {
  it('is the SHA-256 of its canonical JSON', () => {
    const canonical = '{"a":[1,{"x":null,"y":"ü"}],"b":true}';
    const expected = createHash('sha256').update(canonical).digest('hex');
    expect(hashJson({ b: true, a: [1, { y: 'ü', x: null }] })).toBe(expected);
  });

  it('changes with any value and with the order of a list', () => {
    const hashes = [{ a: [1, 2] }, { a: [2, 1] }, { a: [1, 3] }, { b: [1, 2] }].map(hashJson);
    expect(new Set(hashes).size).toBe(4);
  });
});
