import type { Assertion } from '../../workflows/model/proof';
import { AdapterError } from '../ports/adapter-error';
import { entryNamed } from '../frame/entry-named';
import { runStep, type StepInput } from '../frame/run-step';
import type { HostPorts } from '../ports/host-ports';

export interface CheckAssertionInput extends StepInput {
  readonly assertion: Assertion;
}

/**
 * Asks what was restored, in the scratch places that the stack describes, whether an assertion holds.
 * Shape:  { stack, assertion } → what came, in a sentence
 * Retry:  safe; the query can only read
 * Throws: VerificationFailed (it does not hold, and what came) · ServiceUnavailable
 */
export const checkAssertion =
  (ports: HostPorts) =>
  (input: CheckAssertionInput): Promise<string> => {
    const { part, query } = input.assertion;
    return runStep(ports, input, { phase: `assert ${part}` }, async (attempt, site) => {
      const entry = entryNamed(input.stack, part);
      const value = await ports.release.queries.ask({ site, entry, query, attempt });
      if (value === true) return `\`${query}\` is true`;
      const text = `\`${query}\` gave ${JSON.stringify(value)}, true was expected`;
      throw new AdapterError('VerificationFailed', text);
    });
  };
