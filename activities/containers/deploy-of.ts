import type { DeployDescription, Deployment } from '../../workflows/model/deployment';
import type { StackDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';

/** What the stack file says about releasing. Throws: PreconditionFailed when it says nothing */
export function deployOf(stack: StackDescription): DeployDescription {
  if (stack.deploy !== undefined) return stack.deploy;
  throw new AdapterError(
    'PreconditionFailed',
    `the stack file of ${stack.name} has no \`deploy\``,
    {
      advice: 'Name the services to release under `deploy`; see `pawl help stack-file`.',
    },
  );
}

/** Throws: PreconditionFailed when the stack file does not release this service */
export function deploymentOf(stack: StackDescription, service: string): Deployment {
  const found = deployOf(stack).services.find((candidate) => candidate.service === service);
  if (found !== undefined) return found;
  throw new AdapterError(
    'PreconditionFailed',
    `the stack file of ${stack.name} has no service ${service} under \`deploy\``,
    { advice: 'A release can be put in place only as long as its services are there.' },
  );
}
