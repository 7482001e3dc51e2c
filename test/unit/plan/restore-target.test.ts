import fc from 'fast-check';
import { restoreTarget, suffixedName } from '../../../workflows/model/restore-target';

describe('names beside a restored database', () => {
  it('append the suffix where it fits', () => {
    expect(suffixedName('postgres', 'melvin', restoreTarget('melvin', 42).keepSuffix)).toBe(
      'melvin_before_42',
    );
  });

  it('fit into the 63 bytes of a PostgreSQL name, cut between characters, and end with the suffix', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), (name) => {
        const kept = suffixedName('postgres', name, '_before_42');
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(63);
        const [, head = 'none'] = /^(.*?)(~[0-9a-f]{8})?_before_42$/su.exec(kept) ?? [];
        expect(name.startsWith(head)).toBe(true);
        // Half a character would come back as another one.
        expect(Buffer.from(head).toString()).toBe(head);
      }),
    );
  });

  it('differ where long names differ only at their end', () => {
    const long = 'x'.repeat(62);
    expect(suffixedName('postgres', `${long}a`, '_before_1')).not.toBe(
      suffixedName('postgres', `${long}b`, '_before_1'),
    );
  });

  it('are not cut for directories and collections', () => {
    const long = '/srv/'.concat('d'.repeat(200));
    expect(suffixedName('files', long, '_before_1')).toBe(`${long}_before_1`);
  });
});
