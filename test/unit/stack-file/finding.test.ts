import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadStackFile } from '../../../stack-file/load';
import { withLines } from './stack-texts';

describe('the stack file is found', () => {
  let root: string;
  const place = (path: string, text = withLines()): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const named = (stack: string): string => withLines().replace('melvin', stack);
  const load = (
    options: { file?: string; environment?: string; env?: Record<string, string> } = {},
  ) => {
    mkdirSync(join(root, 'project/deep/er'), { recursive: true });
    return loadStackFile({
      cwd: join(root, 'project/deep/er'),
      systemFolder: join(root, 'etc'),
      ...options,
      env: { HOME: root, ...options.env },
    });
  };

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'pawl-finding-')));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('by -f before PAWL_FILE before the folders upwards', () => {
    place('project/pawl.yaml', named('upwards'));
    place('project/other.yaml', named('variable'));
    place('project/deep/er/mine.yml', named('option'));
    const env = { PAWL_FILE: '../../other.yaml' };
    expect(load({ file: 'mine.yml', env }).name).toBe('option');
    expect(load({ env }).name).toBe('variable');
    expect(load()).toMatchObject({ name: 'upwards', directory: join(root, 'project') });
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('unless it belongs to another user and was not named, with its overlays too', () => {
    place('project/pawl.yaml', named('theirs'));
    place('project/pawl.staging.yaml', 'host: elsewhere\n');
    chownSync(join(root, 'project/pawl.yaml'), 12345, 12345);
    const refusal =
      'belongs to another user (uid 12345), and a stack file can name commands to run';
    expect(() => load()).toThrow(refusal);
    expect(load({ file: '../../pawl.yaml' }).name).toBe('theirs');
    expect(load({ env: { PAWL_FILE: join(root, 'project/pawl.yaml') } }).name).toBe('theirs');

    chownSync(join(root, 'project/pawl.yaml'), 0, 0);
    chownSync(join(root, 'project/pawl.staging.yaml'), 12345, 12345);
    expect(load().name).toBe('theirs');
    expect(() => load({ environment: 'staging' })).toThrow(refusal);
  });

  it('no further up than the root of the repository', () => {
    place('pawl.yaml');
    mkdirSync(join(root, 'project/.git'), { recursive: true });
    expect(() => load()).toThrow(
      `pawl.yaml: not found from ${root}/project/deep/er up to ${root}/project, ` +
        `nor in ${root}/.config/pawl/stacks or ${root}/etc; name one with -f`,
    );
  });

  it('in the home directory, but not above it', () => {
    place('pawl.yaml', named('at-home'));
    expect(load().name).toBe('at-home');
    place('project/deep/er/x');
    expect(() => load({ env: { HOME: join(root, 'project/deep') } })).toThrow('not found');
  });

  it("in the user's stacks folder before the system's, when it is the only one there", () => {
    place('etc/one.yaml', withLines('directory: /srv/one'));
    expect(load().directory).toBe('/srv/one');
    place('.config/pawl/stacks/two.yaml', withLines('directory: /srv/two'));
    place('.config/pawl/stacks/two.staging.yaml', 'directory: /srv/staging');
    expect(load().directory).toBe('/srv/two');
    expect(load({ environment: 'staging' }).directory).toBe('/srv/staging');
    place('.config/pawl/stacks/three.yaml');
    expect(() => load()).toThrow(
      'stacks: holds several stack files: three.yaml, two.yaml; choose one with -f or PAWL_FILE',
    );
  });

  it('in a stacks folder only with a directory of its own', () => {
    place('etc/one.yaml');
    const message =
      'must be the absolute folder of the project, since the stack file lies elsewhere';
    expect(() => load()).toThrow(message);
    expect(() => load({ file: join(root, 'etc/one.yaml') })).toThrow(message);
  });

  it('with the overlay that -e names beside it', () => {
    place('project/pawl.yaml');
    place('project/pawl.staging.yaml', 'stack: staging');
    expect(load({ environment: 'staging' }).name).toBe('staging');
    expect(() => load({ environment: 'stagin' })).toThrow(
      'pawl.stagin.yaml: there is no such overlay for -e stagin; did you mean `staging`?',
    );
    expect(() => load({ environment: '../../etc/passwd' })).toThrow(
      'the environment `../../etc/passwd` must be 1 to 63 lower-case letters',
    );
  });

  it('and says why it cannot be read', () => {
    expect(() => load({ file: 'missing.yaml' })).toThrow(/^missing.yaml: does not exist$/);
    expect(() => load({ file: '.' })).toThrow(/: is not a file$/);
    place('project/deep/er/latin.yaml', '');
    writeFileSync(join(root, 'project/deep/er/latin.yaml'), Buffer.from([0x61, 0xe9, 0x62]));
    expect(() => load({ file: 'latin.yaml' })).toThrow('latin.yaml: is not UTF-8 text');
    place('project/deep/er/huge.yaml', 'a'.repeat(262_145));
    expect(() => load({ file: 'huge.yaml' })).toThrow('at most 256 KiB');
    symlinkSync('loop.yaml', join(root, 'project/deep/er/loop.yaml'));
    expect(() => load({ file: 'loop.yaml' })).toThrow('could not be read (ELOOP');
  });
});
