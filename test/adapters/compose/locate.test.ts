import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locate } from '../../../activities/adapters/compose/locate';
import type { Site } from '../../../activities/ports/site';

describe('where a path of a Compose project is written', () => {
  let folder: string;
  let site: Site;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-locate-'));
    site = { stack: 'melvin', directory: folder, secret: () => Promise.reject(new Error('none')) };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (name: string, ...lines: readonly string[]) =>
    writeFile(join(folder, name), lines.join('\n'));
  const api = (...path: readonly (string | number)[]) => locate(site, ['services', 'api', ...path]);

  it('is the line and the column of a key, or of an item', async () => {
    await write(
      'compose.yaml',
      'services:',
      '  api:',
      '    links: [db]',
      '    ports:',
      '      - 80:80',
    );
    expect(await api()).toBe('compose.yaml:2:3');
    expect(await api('links')).toBe('compose.yaml:3:5');
    expect(await api('ports', 0)).toBe('compose.yaml:5:9');
  });

  it('is the file that decides, of those that Compose finds by itself', async () => {
    await write('compose.yaml', 'services: {api: {image: a, links: [db]}}');
    await write('compose.override.yaml', '# more', 'services: {api: {image: b}}');
    expect(await api('image')).toBe('compose.override.yaml:2:18');
    expect(await api('links')).toBe('compose.yaml:1:28');
  });

  it('is the file that the stack file names, from its own folder', async () => {
    await write('compose.yaml', 'services: {api: {image: a}}');
    await write('other.yml', 'services:', ' api: {image: a}');
    site = { ...site, compose: { files: ['other.yml'] } };
    expect(await api('image')).toBe('other.yml:2:8');
  });

  it('is found behind anchors, merges, and lists that Compose takes for maps', async () => {
    await write(
      'compose.yaml',
      'x-base: &base {network_mode: host}',
      'x-all: &all',
      '  environment:',
      '    - VIRTUAL_HOST=a',
      'services:',
      '  api:',
      '    <<: [*all, *base]',
      '  web: *all',
    );
    expect(await api('network_mode')).toBe('compose.yaml:1:16');
    expect(await api('environment', 'VIRTUAL_HOST')).toBe('compose.yaml:4:7');
    expect(await locate(site, ['services', 'web', 'environment'])).toBe('compose.yaml:3:3');
  });

  it.each([
    ['no file has it', 'services: {web: {}}'],
    ['a file is no YAML', 'services: {api: ['],
    ['a file is empty', ''],
  ])('is not known where %s', async (_what, text) => {
    await write('compose.yaml', text);
    expect(await api('links')).toBeUndefined();
  });

  it('is not known where there is no file', async () => {
    expect(await api('links')).toBeUndefined();
  });
});
