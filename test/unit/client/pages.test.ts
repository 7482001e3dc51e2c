import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../../client/command-table';
import { HELP_TOPICS } from '../../../client/help-topics';
import { pageNames, readPage } from '../../../client/pages';

const ROOT = join(__dirname, '../../..');
const SOURCES = ['client', 'workflows', 'activities', 'stack-file', 'worker', 'toolchain'];

/** Every text that code of pawl's could show, with the place of each. */
const code = SOURCES.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [join(folder, name), withoutComments(join(ROOT, folder, name))] as const),
);

function withoutComments(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
}

it('gives a page by its name and by its file', () => {
  expect(readPage('stack-file')).toContain('# ');
  expect(readPage('docs/runbooks/backup.md')).toBe(readPage('runbooks/backup'));
  expect(readPage('../README')).toBeUndefined();
  expect(readPage('nowhere')).toBeUndefined();
});

it('is what every message names that names a page', () => {
  const commands: readonly string[] = COMMANDS.map(({ name }) => name);
  const known = [...pageNames(), ...Object.keys(HELP_TOPICS), ...commands, 'pages'];
  const named = code.flatMap(([file, text]) =>
    [...text.matchAll(/pawl help ([a-z][\w/.-]*)/g)].map(([, page = '']) => ({ file, page })),
  );
  expect(named.length).toBeGreaterThan(4);
  const missing = named.filter(({ page }) => readPage(page) === undefined && !known.includes(page));
  expect(missing).toEqual([]);
});

it('is how every message names a page: a path into the repository is of no use to who installed the package', () => {
  const paths = code.filter(([, text]) =>
    /['"`][^'"`\n]*(?<!pawl help )docs\/[\w/-]+\.md/.test(text),
  );
  const ofRepository = /generate-docs/;
  expect(paths.map(([file]) => file).filter((file) => !ofRepository.test(file))).toEqual([]);
});

it('comes with the package, every one', () => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
  const shipped = files.map(({ path }) => path);
  expect(shipped).toEqual(expect.arrayContaining(pageNames().map((name) => `docs/${name}.md`)));
  expect(shipped).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'SECURITY.md']));
});
