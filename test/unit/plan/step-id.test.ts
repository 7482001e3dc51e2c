import { stepId } from '../../../workflows/model/step-id';

const TEMPORALS_LIMIT_BYTES = 1000;

const HOSTILE = [
  'repository',
  'point',
  'accounts/repository',
  'accounts/"globals"',
  'a'.repeat(200),
  'a'.repeat(2000),
  `${'a'.repeat(1999)}b`,
  'a'.repeat(2001),
  '🙂'.repeat(200),
  `${'🙂'.repeat(200)}/`,
  '漢'.repeat(250),
  '漢'.repeat(251),
  'a/b/../c',
  'tab\tand\nline',
  'x:y',
];

describe("a step's id", () => {
  it('names the part as it is, when it is not long', () => {
    expect(stepId('back-up', 'accounts/melvin')).toBe('back-up:accounts/melvin');
  });

  it('is another one for each name', () => {
    expect(new Set(HOSTILE.map((name) => stepId('swap-back', name))).size).toBe(HOSTILE.length);
  });

  it('is never longer than Temporal takes, and no character of it is cut in two', () => {
    for (const name of HOSTILE) {
      const id = stepId('swap-back', name);
      expect(Buffer.byteLength(id)).toBeLessThanOrEqual(TEMPORALS_LIMIT_BYTES);
      expect(Buffer.from(id).toString()).toBe(id);
    }
  });
});
