import { openToRead } from '../frame/open-to-read';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import { engineFor, entryOf } from '../frame/engine-for';
import { runStep, type StepInput } from '../frame/run-step';
import type { Engine, RestoreCall } from '../ports/engine';
import type { Ports } from '../ports/host-ports';
import type { StreamLocation } from '../ports/repository';
import type { Site } from '../ports/site';
import type { Part } from '../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../workflows/model/restore-target';

export interface AskEngineInput extends StepInput {
  readonly gate: 'parse' | 'structure' | 'engine';
  readonly part: Part;
  readonly target: RestoreTarget;
  readonly stored: StreamLocation;
}

/**
 * Asks an engine what it can say of a dump, or of what was restored of it, in the scratch places that the stack describes.
 * Shape:  { stack, gate, part, target, stored } → what was seen, in a sentence
 * Retry:  safe
 * Throws: VerificationFailed (the gate is closed, and why) · as the repository and the engine
 */
export const askEngine =
  (ports: Ports) =>
  (input: AskEngineInput): Promise<string> => {
    const { gate, part, target } = input;
    const options = { phase: `${gate} ${part.name}`, watchStall: gate === 'engine' };
    return runStep(ports, input, options, async (attempt, site) => {
      const entry = entryOf(input.stack, part);
      const engine = engineFor(ports, entry);
      const call = { site, entry, part, target, attempt };
      if (gate === 'parse') return parse(ports, input, engine, call);
      const seen =
        gate === 'structure' ? engine.checkStructure?.(call) : engine.checkIntegrity?.(call);
      if (seen === undefined) throw unasked(input);
      return seen;
    });
  };

async function parse(
  ports: Ports,
  input: AskEngineInput,
  engine: Engine,
  call: RestoreCall & { readonly site: Site; readonly attempt: Attempt },
): Promise<string> {
  if (engine.readAhead === undefined) throw unasked(input);
  const { stack, stored } = input;
  const repository = openToRead(ports, call.site, stack);
  const reading = await repository.readStream(stored.snapshotId, stored.path, call.attempt);
  try {
    return await engine.readAhead({ ...call, dump: reading.stream });
  } catch (error) {
    if (reading.stream.readableEnded) await reading.finish(); // a repository that broke off says why
    throw error;
  } finally {
    await reading.abort();
  }
}

function unasked({ gate, part }: AskEngineInput): AdapterError {
  return new AdapterError('InternalError', `${part.engine} has no gate ${gate}`);
}
