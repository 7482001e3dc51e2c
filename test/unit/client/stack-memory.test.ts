import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { remembered } from '../../../client/stack-memory';
import { StackFileError } from '../../../stack-file/problem';
import { readStack, type StackSources } from '../../../stack-file/read-stack';

const TEXT = `stack: melvin
repository: {url: ./repository, password: {env: REPOSITORY_PASSWORD}}
protect: {uploads: {engine: files, path: ./uploads}}
`;

describe('the memory of what stack files say', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'pawl-stacks-')), 'stack-files');
  });
  afterEach(() => {
    rmSync(join(folder, '..'), { recursive: true });
  });

  const sources = (changes: Partial<StackSources> = {}): StackSources => ({
    base: { name: 'pawl.yaml', text: TEXT },
    ownFolder: '/project',
    ...changes,
  });
  /** The description, and whether the text was read for it. */
  const ask = async (asked = sources(), build = 'one') => {
    const read = jest.fn(() => Promise.resolve(readStack(asked).description));
    const description = await remembered(asked, { build, folder }, read);
    expect(description).toEqual(readStack(asked).description);
    return read.mock.calls.length === 1 ? 'read' : 'remembered';
  };
  const onlyFile = () => join(folder, readdirSync(folder)[0] ?? '');

  it('answers the next command, and is closed to others', async () => {
    expect(await ask()).toBe('read');
    expect(await ask()).toBe('remembered');
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it.each<[string, StackSources, string]>([
    ['text', sources({ base: { name: 'pawl.yaml', text: `${TEXT}# \n` } }), 'one'],
    [
      'overlay',
      sources({ overlay: { name: 'o', text: 'protect: {uploads: {path: ./other}}\n' } }),
      'one',
    ],
    ['folder', sources({ ownFolder: '/elsewhere' }), 'one'],
    ['build of pawl', sources(), 'two'],
  ])('knows nothing of another %s', async (_what, changed, build) => {
    await ask();
    expect(await ask(changed, build)).toBe('read');
    expect(await ask(changed, build)).toBe('remembered');
    expect(await ask()).toBe('remembered');
  });

  it('is not asked where others may write it', async () => {
    await ask();
    chmodSync(onlyFile(), 0o620);
    expect(await ask()).toBe('read');
  });

  it.each([
    ['is torn', '{"key":'],
    ['is none', 'null'],
    ['is that of another stack', '{"key":"other","description":{}}'],
  ])('writes an entry anew that %s', async (_how, content) => {
    await ask();
    writeFileSync(onlyFile(), content);
    expect(await ask()).toBe('read');
    expect(await ask()).toBe('remembered');
  });

  it('does without where nothing can be written', async () => {
    writeFileSync(folder, 'a file where the folder should be');
    expect(await ask()).toBe('read');
  });

  it('keeps nothing where pawl runs from its sources', async () => {
    const read = () => Promise.resolve(readStack(sources()).description);
    await remembered(sources(), { build: undefined, folder }, read);
    expect(existsSync(folder)).toBe(false);
  });

  it('remembers no file that has problems', async () => {
    const broken = sources({ base: { name: 'pawl.yaml', text: 'stack: melvin\n' } });
    const read = () => Promise.resolve().then(() => readStack(broken).description);
    const asked = () => remembered(broken, { build: 'one', folder }, read);
    await expect(asked()).rejects.toThrow(StackFileError);
    await expect(asked()).rejects.toThrow(StackFileError);
  });

  it('keeps the newest only', async () => {
    for (let build = 0; build < 40; build++) await ask(sources(), String(build));
    expect(readdirSync(folder)).toHaveLength(32);
  });
});
