import type { Command } from 'commander';
import { COMMANDS } from '../../../client/command-table';
import { HELP_TOPICS } from '../../../client/help-topics';
import { buildProgram } from '../../../client/program';
import { COMMON_SETTINGS } from '../../../worker/common-settings';
import { WORKER_SETTINGS } from '../../../worker/config';
import { SERVER_SETTINGS } from '../../../worker/server/server-config';
import { describeSettings } from '../../../worker/settings';

const COLUMNS = 100;

/** Name and text of every page that commander prints. */
function pages(): [name: string, text: string][] {
  const program = buildProgram({ version: '1.2.3' }, COMMANDS, () => undefined);
  const found: [string, string][] = [];
  const add = (command: Command, above: string): void => {
    const name = `${above}${command.name()}`;
    let text = '';
    command.configureOutput({ writeOut: (part) => (text += part) });
    command.outputHelp();
    found.push([name, text]);
    for (const inner of command.commands) add(inner, `${name} `);
  };
  add(program, '');
  return found;
}

describe('help', () => {
  const columns = process.stdout.columns;
  beforeAll(() => {
    process.stdout.columns = 250;
  });
  afterAll(() => {
    process.stdout.columns = columns;
  });

  it.each([
    ...pages(),
    ...Object.entries(HELP_TOPICS),
    ['settings of server and worker', describeSettings(COMMON_SETTINGS, { HOME: '/home/anna' })],
    ['pawl worker --help', describeSettings(WORKER_SETTINGS, { HOME: '/home/anna' })],
    ['pawl server --help', describeSettings(SERVER_SETTINGS, { HOME: '/home/anna' })],
  ])('of %s fits into 100 columns, however wide the terminal is', (_name, text) => {
    expect(text).not.toBe('');
    expect(text.split('\n').filter((line) => Array.from(line).length > COLUMNS)).toEqual([]);
  });
});
