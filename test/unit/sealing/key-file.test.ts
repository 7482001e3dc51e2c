import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  KeyError,
  makeKeyFile,
  openKeyRing,
  readKeyFile,
  rotateKeyFile,
} from '../../../sealing/key-file';

let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pawl-key-'));
  file = join(folder, 'pawl.key');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const idsIn = (path: string): string[] => readKeyFile(path).map(({ id }) => id);

describe('a key file', () => {
  it('is made once, for its owner alone', () => {
    expect(makeKeyFile(file)).toBe('made');
    const text = readFileSync(file, 'utf8');
    expect(makeKeyFile(file)).toBe('was there');
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['pawl.key']);
  });

  it('is one and the same for processes that make it at the same time', async () => {
    const module = JSON.stringify(join(__dirname, '../../../sealing/key-file.ts'));
    const script = `const k = require(${module}); k.makeKeyFile(process.argv[1]); console.log(k.readKeyFile(process.argv[1])[0].id)`;
    const make = () =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', script, file]);
    const made = await Promise.all([make(), make(), make(), make()]);
    expect(new Set(made.map(({ stdout }) => stdout)).size).toBe(1);
    expect(readdirSync(folder)).toEqual(['pawl.key']);
  });

  it.each([
    [0o604, 'others may read it'],
    [0o602, 'others may write it'],
    [0o660, 'its group may write it'],
  ])('is refused with mode %o: %s', (mode) => {
    makeKeyFile(file);
    chmodSync(file, mode);
    expect(() => readKeyFile(file)).toThrow(KeyError);
  });

  it.each([
    ['nothing', ''],
    ['comments alone', '# a key\n'],
    ['half a key', 'AAAA\n'],
    ['a key and a line that is none', `${Buffer.alloc(32).toString('base64')}\nx\n`],
    ['a key from a time that is none', `${Buffer.alloc(32).toString('base64')} from soon\n`],
  ])('is refused when it holds %s', (_what, text) => {
    writeFileSync(file, text, { mode: 0o600 });
    expect(() => readKeyFile(file)).toThrow(KeyError);
  });

  it('is asked for, in words, when there is none', () => {
    expect(() => readKeyFile(file)).toThrow(`There is no key at ${file}.`);
    expect(() => {
      rotateKeyFile(file, 0);
    }).toThrow(KeyError);
  });
});

describe('a rotation', () => {
  it('puts a new key before the old ones, which stay', () => {
    makeKeyFile(file);
    const [first] = idsIn(file);
    rotateKeyFile(file, 0);
    const after = idsIn(file);
    expect(after).toHaveLength(2);
    expect(after[0]).not.toBe(first);
    expect(after[1]).toBe(first);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['pawl.key']);
  });

  it('that is for later leaves the old key sealing until then', () => {
    makeKeyFile(file);
    const ring = openKeyRing(file);
    const before = ring.sealing().id;
    rotateKeyFile(file, Date.now() + 60_000);
    expect(openKeyRing(file).sealing().id).toBe(before);
    const [fresh = ''] = idsIn(file);
    expect(openKeyRing(file).find(fresh)?.id).toBe(fresh);
  });

  it('is seen by who has opened the ring before', () => {
    makeKeyFile(file);
    const ring = openKeyRing(file);
    rotateKeyFile(file, 0);
    const [fresh = '', old = ''] = idsIn(file);
    expect(ring.find(fresh)?.id).toBe(fresh);
    expect(ring.find(old)?.id).toBe(old);
    expect(ring.find('0123456789abcdef')).toBeUndefined();
  });

  it('is refused while another is under way', () => {
    makeKeyFile(file);
    writeFileSync(`${file}.rotating`, '');
    expect(() => {
      rotateKeyFile(file, 0);
    }).toThrow(/being rotated/);
    expect(idsIn(file)).toHaveLength(1);
  });

  it('that cannot be read leaves the known keys in use', () => {
    makeKeyFile(file);
    const ring = openKeyRing(file);
    const { id } = ring.sealing();
    writeFileSync(file, 'spoiled');
    expect(ring.find('0123456789abcdef')).toBeUndefined();
    expect(ring.sealing().id).toBe(id);
  });
});
