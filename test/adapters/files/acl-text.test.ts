import { aclText } from '../../../activities/adapters/engines/files/acl-text';

/** As Linux keeps `user::rw-, user:1234:r--, group::r--, group:5000:-wx, mask::rwx, other::---`. */
function attribute(entries: readonly (readonly [number, number, number])[], version = 2): string {
  const bytes = Buffer.alloc(4 + 8 * entries.length);
  bytes.writeUInt32LE(version, 0);
  entries.forEach(([tag, mode, id], index) => {
    bytes.writeUInt16LE(tag, 4 + 8 * index);
    bytes.writeUInt16LE(mode, 6 + 8 * index);
    bytes.writeUInt32LE(id, 8 + 8 * index);
  });
  return bytes.toString('latin1');
}

const NOBODY = 0xffffffff;

it('writes an ACL with numbers for users and groups', () => {
  const acl = attribute([
    [0x01, 6, NOBODY],
    [0x02, 4, 1234],
    [0x04, 4, NOBODY],
    [0x08, 3, 5000],
    [0x10, 7, NOBODY],
    [0x20, 0, NOBODY],
  ]);
  expect(aclText(acl)).toBe(
    'user::rw-\nuser:1234:r--\ngroup::r--\ngroup:5000:-wx\nmask::rwx\nother::---\n',
  );
});

it('makes no text of what is no ACL', () => {
  expect(aclText('')).toBeUndefined();
  expect(aclText(attribute([[0x01, 6, NOBODY]], 3))).toBeUndefined();
  expect(aclText(attribute([[0x03, 6, NOBODY]]))).toBeUndefined();
});
