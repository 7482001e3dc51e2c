import {
  compareContents,
  describeDifferences,
  withoutNamed,
} from '../../workflows/model/compare-contents';
import { isTree, type ContentDigest, type StoredPart } from '../../workflows/model/recovery-point';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { Engine } from '../ports/engine';
import type { Repository } from '../ports/repository';
import { engineFor, entryOf } from '../frame/engine-for';
import type { TargetInput } from './observe-restore-target';
import type { Ports } from '../ports/host-ports';
import { openToRead } from '../frame/open-to-read';
import { runStep } from '../frame/run-step';

export interface ProvePartInput extends TargetInput {
  readonly pointId: string;
  /** Where the part lies now; where the manifest says when absent. */
  readonly snapshotId?: string;
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
        const stored = manifest.parts.find(({ part }) => part.name === input.part.name);
        const entry = entryOf(input.stack, input.part);
        const engine = engineFor(ports, entry);
        const promised =
          stored !== undefined && isTree(stored.facts)
            ? await digestTree({ repository, engine, stored }, input.snapshotId, attempt)
            : (stored?.facts.contents ?? []);
        const expected = withoutNamed(promised, input.unproved ?? []);
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

interface StoredTree {
  readonly repository: Repository;
  readonly engine: Engine;
  readonly stored: StoredPart;
}

/**
 * What the manifest promises of a tree, with the contents of its files: out of the repository, by another way than it was
 * restored. That it is the promised one, its hash says.
 */
async function digestTree(
  { repository, engine, stored }: StoredTree,
  snapshotId = stored.snapshotId,
  attempt: Attempt,
): Promise<readonly ContentDigest[]> {
  if (engine.trees === undefined) throw notOfEngine(stored);
  const reading = await repository.trees.read(snapshotId, attempt);
  try {
    if (reading.treeId !== stored.sha256) throw otherTree(stored, reading.treeId);
    const digests = await engine.trees.digest(reading.stream);
    await reading.finish();
    return digests;
  } finally {
    await reading.abort();
  }
}

function unequal(input: ProvePartInput, differences: readonly string[]): AdapterError {
  return new AdapterError(
    'VerificationFailed',
    `part ${input.part.name} of recovery point ${input.pointId} is not what its manifest promises: ` +
      `${describeDifferences(differences)}. Nothing that works was touched`,
    { advice: 'Restore an older recovery point: `pawl points` lists them.' },
  );
}

function otherTree({ part, sha256 }: StoredPart, treeId: string): AdapterError {
  const text = `part ${part.name} is tree ${treeId} in the repository; its manifest promises ${sha256}. Nothing that works was touched`;
  return new AdapterError('VerificationFailed', text, {
    advice: 'Restore an older recovery point: `pawl points` lists them.',
  });
}

function notOfEngine({ part }: StoredPart): AdapterError {
  const text = `part ${part.name} is stored file by file, which the engine ${part.engine} does not read`;
  return new AdapterError('VerificationFailed', text);
}
