import {
  compareContents,
  describeDifferences,
  withoutNamed,
} from '../../workflows/model/compare-contents';
import { AdapterError } from '../ports/adapter-error';
import { engineFor, entryOf } from '../frame/engine-for';
import type { TargetInput } from './observe-restore-target';
import type { Ports } from '../ports/host-ports';
import { openToRead } from '../frame/open-to-read';
import { runStep } from '../frame/run-step';

export interface ProvePartInput extends TargetInput {
  readonly pointId: string;
  /** Names of contents that are not compared, since something of them was left out. */
  readonly unproved?: readonly string[];
}

/**
 * Proves a restored part equal to its manifest: counts and digests of every table, collection or file tree.
 * Shape:  { stack, run, pointId, part, target } → { proved, rows }
 * Retry:  safe; reads only. Heartbeats { phase, bytesDone }
 * Throws: VerificationFailed (what differs) · ServiceUnavailable (its source stands still, too) · as the repository
 */
export const provePart =
  (ports: Ports) =>
  (input: ProvePartInput): Promise<{ readonly proved: number; readonly rows: number }> =>
    runStep(
      ports,
      input,
      { phase: `prove ${input.part.name}`, watchStall: true },
      async (attempt, site) => {
        const repository = openToRead(ports, site, input.stack);
        const manifest = await repository.recallManifest(input.pointId, attempt);
        const contents =
          manifest.parts.find(({ part }) => part.name === input.part.name)?.facts.contents ?? [];
        const expected = withoutNamed(contents, input.unproved ?? []);
        const entry = entryOf(input.stack, input.part);
        const engine = engineFor(ports, entry);
        const actual = await engine.digest({
          site,
          entry,
          part: input.part,
          target: input.target,
          expected,
          attempt,
        });
        const compared = withoutNamed(actual, input.unproved ?? []);
        const differences = compareContents(expected, compared);
        if (differences.length > 0) throw unequal(input, differences);
        return {
          proved: expected.length,
          rows: expected.reduce((sum, content) => sum + content.rows, 0),
        };
      },
    );

function unequal(input: ProvePartInput, differences: readonly string[]): AdapterError {
  return new AdapterError(
    'VerificationFailed',
    `part ${input.part.name} of recovery point ${input.pointId} is not what its manifest promises: ` +
      `${describeDifferences(differences)}. Nothing that works was touched`,
    { advice: 'Restore an older recovery point: `pawl points` lists them.' },
  );
}
