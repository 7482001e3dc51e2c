import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileKept } from '../../../toolchain/kept-code';

describe('compiled code that is kept', () => {
  let cache: string;
  beforeEach(() => {
    cache = join(mkdtempSync(join(tmpdir(), 'pawl-kept-')), 'compiled');
  });
  afterEach(() => {
    rmSync(join(cache, '..'), { recursive: true });
  });

  const bundle = (content: string) => ({
    ...{ name: 'client', file: '/dist/bundles/client.js' },
    source: `/*${content}*/(() => '${content}')`,
  });
  const answer = (content: string) =>
    (compileKept(bundle(content), cache).script.runInThisContext() as () => string)();
  const keep = (content: string) => {
    const { script, keep } = compileKept(bundle(content), cache);
    (script.runInThisContext() as () => string)();
    keep?.();
  };
  const onlyFile = () => join(cache, readdirSync(cache)[0] ?? '');

  it('is taken by the next process, and closed to others', () => {
    keep('one');
    expect(readdirSync(cache)).toHaveLength(1);
    expect(compileKept(bundle('one'), cache).keep).toBeUndefined();
    expect(answer('one')).toBe('one');
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
  });

  it('is never taken for another text, were it as long', () => {
    keep('one');
    expect(compileKept(bundle('two'), cache).keep).toBeDefined();
    expect(answer('two')).toBe('two');
  });

  it('is not taken when others may write it', () => {
    keep('one');
    chmodSync(onlyFile(), 0o620);
    expect(compileKept(bundle('one'), cache).keep).toBeDefined();
  });

  it('is made anew when it is no code at all', () => {
    keep('one');
    writeFileSync(onlyFile(), 'torn');
    expect(answer('one')).toBe('one');
    keep('one');
    expect(compileKept(bundle('one'), cache).keep).toBeUndefined();
  });

  it('is done without where the cache cannot be written', () => {
    mkdirSync(join(cache, '..'), { recursive: true });
    writeFileSync(cache, 'a file in its place');
    keep('one');
    expect(answer('one')).toBe('one');
  });

  it('is thrown away when newer versions have come', () => {
    for (let version = 1; version <= 12; version++) keep(`v${version}`);
    expect(readdirSync(cache)).toHaveLength(8);
    expect(compileKept(bundle('v12'), cache).keep).toBeUndefined();
  });
});
