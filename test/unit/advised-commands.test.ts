import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandSpec } from '../../client/command';
import { COMMANDS } from '../../client/command-table';
import { HELP_TOPICS } from '../../client/help-topics';
import { buildProgram, type Request } from '../../client/program';
import { HOLE, sourceTexts } from '../support/source-texts';

const ROOT = join(__dirname, '../..');

const filesIn = (folder: string, end: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => `${folder}/${name}`);

/** What pawl says, where it says it. */
const said = ['activities', 'client', 'stack-file', 'toolchain', 'worker', 'workflows']
  .flatMap((folder) => filesIn(folder, '.ts'))
  .flatMap((file) => sourceTexts(ROOT, file));

/** What the documentation says; a table cannot have a bar that is none of its own. */
const written = ['README.md', 'SECURITY.md', ...filesIn('docs', '.md')].map((place) => ({
  place,
  text: readFileSync(join(ROOT, place), 'utf8')
    .replace(/^```[^]*?^```$/gm, '')
    .replaceAll('\\|', '|'),
}));

/** What begins with the name of a server and a colon is what that prints. */
const commandsIn = ({ place, text }: { place: string; text: string }) =>
  [...text.matchAll(/`(pawl (?!\w+:)[^`]+)`/g)].map(
    ([, command = '']) => [place, command] as const,
  );

const advised = said.flatMap(commandsIn);
const documented = written.flatMap(commandsIn);

/** What may stand where a run, a service, a runbook or an answer is put in. */
const FILLINGS = ['melvin/42', 'api', 'deploy', 'retry', 'on', '--image api=api:v2'];

it('advises with commands in many places', () => {
  expect(advised.length).toBeGreaterThan(100);
  expect(documented.length).toBeGreaterThan(100);
});

it.each([...advised, ...documented])('%s: `%s` is a command that there is', (_place, command) => {
  const readings = FILLINGS.flatMap((filling) => alternatives(filled(command, filling)));
  expect(readings.filter((words) => isName(words) || isCommand(words))).not.toEqual([]);
});

it.each(['pawl forget-me', 'pawl backup --initialise', 'pawl releases melvin'])(
  'would find that `%s` is none',
  (command) => {
    const [words = []] = alternatives(command);
    expect(isName(words) || isCommand(words)).toBe(false);
  },
);

it.each([...advised, ...documented].filter(([, command]) => command.startsWith('pawl help ')))(
  '%s: `%s` has something to say',
  (_place, command) => {
    const [, , topic = ''] = command.split(' ');
    const pages = filesIn('docs', '.md').map((page) => page.slice('docs/'.length, -'.md'.length));
    const names = [...pages, ...Object.keys(HELP_TOPICS), ...COMMANDS.map(({ name }) => name)];
    expect([...names, 'pages', 'TOPIC', 'PAGE', 'COMMAND']).toContain(
      topic.replace(/^docs\/|\.md$/g, ''),
    );
  },
);

/** A hole that is glued to a word may be empty: what is put in begins with a space then, or is not there. */
function filled(command: string, filling: string): string {
  return command.replaceAll(new RegExp(`(?<=[\\w])${HOLE}`, 'g'), '').replaceAll(HOLE, filling);
}

/** `retry|skip` is one or the other, `[SERVICE…]` may be left out, and `…` is for what a reader knows. */
function alternatives(command: string): readonly string[][] {
  const plain = command
    .replaceAll(/ ?\[[^\]]*\]/g, '')
    .replaceAll('…', 'api=api:v2')
    .replace('SHELL', 'bash');
  const words = plain.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  const choices = words.map((word) => word.split('|').map((one) => one.replaceAll('"', '')));
  const count = Math.max(...choices.map(({ length }) => length));
  return Array.from({ length: count }, (_, index) =>
    choices.map((choice) => choice[index] ?? choice[0] ?? ''),
  );
}

/** A command, or a group of them, as text calls it. */
function isName([, ...names]: readonly string[]): boolean {
  let table: readonly CommandSpec[] = COMMANDS;
  for (const name of names) {
    const spec = table.find((candidate) => candidate.name === name);
    if (spec === undefined) return ['--help', '--version'].includes(names.join(' '));
    table = spec.subcommands ?? [];
  }
  return true;
}

function isCommand([, ...argv]: readonly string[]): boolean {
  const requests: Request[] = [];
  const program = buildProgram({ version: '1.2.3' }, COMMANDS, (request) => requests.push(request));
  const silent = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    program.parse(argv, { from: 'user' });
    return requests.length === 1;
  } catch {
    return false;
  } finally {
    silent.mockRestore();
  }
}
