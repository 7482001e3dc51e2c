import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../client/command-table';
import { buildProgram, type Request } from '../../client/program';
import { loadStackFile } from '../../stack-file/load';
import { fencedBlocks, typedCommands } from '../support/fenced-blocks';

const ROOT = join(__dirname, '../..');
const pages = [
  'README.md',
  'SECURITY.md',
  'examples/melvin/README.md',
  'examples/open-chat/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const blocks = pages.flatMap((page) =>
  fencedBlocks(readFileSync(join(ROOT, page), 'utf8')).map((block) => ({ page, block })),
);

/** As the shell of a reader takes it apart: comments gone, quotes understood, nothing run. */
function words(command: string): readonly string[] {
  const program = 'printf "%s\\0" ';
  const output = execFileSync('bash', ['-fc', `${program}${command}`], { encoding: 'utf8' });
  return output.split('\0').slice(0, -1);
}

const typed = blocks.flatMap(({ page, block }) =>
  typedCommands(block)
    .filter((command) => /^pawl /.test(command))
    .map((command) => [page, command.replace(/\s*(\||>|&&|#).*$/, '')] as const),
);

it('there are commands in the documentation', () => {
  expect(typed.length).toBeGreaterThan(40);
});

it.each(typed)('%s: `%s` is a command that there is', (_page, command) => {
  const requests: Request[] = [];
  const program = buildProgram({ version: '1.2.3' }, COMMANDS, (request) => requests.push(request));
  const [, ...argv] = words(command);
  program.parse(argv, { from: 'user' });
  expect(requests).toHaveLength(1);
});

const stackFiles = blocks.filter(
  ({ block }) => block.language === 'yaml' && /^stack: /m.test(block.text),
);

it.each(stackFiles.map(({ page, block }) => [page, block.text] as const))(
  '%s: a stack file in it is one',
  (_page, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'pawl-documented-'));
    try {
      writeFileSync(join(folder, 'pawl.yaml'), text);
      const stack = loadStackFile({ file: join(folder, 'pawl.yaml') });
      expect(stack.protect.length).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
