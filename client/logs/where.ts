import type { Whereabouts } from '../../workflows/model/kept-log';
import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { loadStack } from '../stack';
import { askWorker, type Question } from '../temporal/ask-worker';
import type { Session } from '../temporal/session';
import { runDocker } from '../terminal/run-docker';

/** The containers that serve as a service, which Docker on this machine must have. */
export async function containersHere(
  session: Session,
  { globals, output }: Pick<Invocation, 'globals' | 'output'>,
  service: string,
): Promise<Whereabouts['containers']> {
  const stack = await loadStack(globals);
  const question: Question = {
    stack,
    type: 'whereabouts',
    prefix: 'whereabouts',
    input: { stack, service },
  };
  const { host, containers } = await askWorker<Whereabouts>(session, output, question);
  const [first] = containers;
  if (first === undefined || (await isHere(first.id))) return containers;
  const names = containers.map(({ name }) => name).join(', ');
  throw new ClientError(
    EXIT_CODES.refused,
    `${service} of ${stack.name} runs on host ${host}, and Docker here does not have it.`,
    { advice: `Run this on ${host}. The containers there: ${names}.`, reason: 'other-host' },
  );
}

async function isHere(id: string): Promise<boolean> {
  return (await runDocker(['container', 'inspect', '--format', '{{.Id}}', id], 'ignore')) === 0;
}
