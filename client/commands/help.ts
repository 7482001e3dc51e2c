import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { HELP_TOPICS } from '../help-topics';
import { pageNames, readPage } from '../pages';
import { buildProgram } from '../program';
import { pawlPackage } from '../version';

export function run({ operands, output, table }: Invocation): Promise<number> {
  const name = operands.join(' ');
  const text = name === 'pages' ? pageList() : (HELP_TOPICS[name] ?? readPage(name));
  if (text === undefined) showCommand(table, operands);
  else output.result(text);
  return Promise.resolve(EXIT_CODES.done);
}

function pageList(): string {
  const pages = pageNames().map((page) => `  pawl help ${page}`);
  return ['Documentation, a page each:', ...pages].join('\n');
}

function showCommand(table: Invocation['table'], path: readonly string[]): void {
  let command = buildProgram(pawlPackage(), table, () => undefined);
  for (const name of path) {
    const next = command.commands.find((candidate) => candidate.name() === name);
    if (!next) {
      throw new ClientError(EXIT_CODES.usage, `No help on "${path.join(' ')}".`, {
        advice: `Topics: ${Object.keys(HELP_TOPICS).join(', ')}, a page of \`pawl help pages\`, or a command of \`pawl --help\`.`,
        reason: 'usage',
      });
    }
    command = next;
  }
  command.outputHelp();
}
