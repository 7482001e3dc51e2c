/** Of linux/posix_acl_xattr.h. */
const VERSION = 2;
const HEAD_BYTES = 4;
const ENTRY_BYTES = 8;

const TAGS: Readonly<Record<number, (id: number) => string>> = {
  0x01: () => 'user:',
  0x02: (id) => `user:${id}`,
  0x04: () => 'group:',
  0x08: (id) => `group:${id}`,
  0x10: () => 'mask:',
  0x20: () => 'other:',
};

/**
 * An ACL as the kernel keeps it in an attribute, as text with numbers for users and groups. GNU tar's own text has the names
 * that this host has for them, which another host has not.
 * Shape:  Latin-1 text of the attribute's bytes → text, or undefined for what is no ACL
 */
export function aclText(attribute: string): string | undefined {
  const bytes = Buffer.from(attribute, 'latin1');
  if (bytes.length < HEAD_BYTES || bytes.readUInt32LE(0) !== VERSION) return undefined;
  let text = '';
  for (let at = HEAD_BYTES; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const who = TAGS[bytes.readUInt16LE(at)];
    if (who === undefined) return undefined;
    text += `${who(bytes.readUInt32LE(at + 4))}:${permissions(bytes.readUInt16LE(at + 2))}\n`;
  }
  return text;
}

function permissions(bits: number): string {
  const given = (letter: string, bit: number): string => ((bits & bit) === 0 ? '-' : letter);
  return given('r', 4) + given('w', 2) + given('x', 1);
}
