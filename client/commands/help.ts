import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { HELP_TOPICS } from '../help-topics';
import { buildProgram } from '../program';
import { pawlPackage } from '../version';

export function run({ operands, output, table }: Invocation): Promise<number> {
  const topic = HELP_TOPICS[operands.join(' ')];
  if (topic !== undefined) output.result(topic);
  else showCommand(table, operands);
  return Promise.resolve(EXIT_CODES.done);
}

function showCommand(table: Invocation['table'], path: readonly string[]): void {
  let command = buildProgram(pawlPackage(), table, () => undefined);
  for (const name of path) {
    const next = command.commands.find((candidate) => candidate.name() === name);
    if (!next) {
      throw new ClientError(EXIT_CODES.usage, `No help on "${path.join(' ')}".`, {
        advice: `Topics: ${Object.keys(HELP_TOPICS).join(', ')}; or a command of \`pawl --help\`.`,
        reason: 'usage',
      });
    }
    command = next;
  }
  command.outputHelp();
}
