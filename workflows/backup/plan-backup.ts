import type { BackupOptions } from '../model/options';
import { formatBytes } from '../model/format-bytes';
import type { Obstacle } from '../model/obstacle';
import type { BackupPlan, PlannedStep } from '../model/plans';
import { MOST_PARTS, type Part } from '../model/recovery-point';
import type { StackDescription } from '../model/stack';
import { RECORD_STEP } from '../model/record-step';
import { backUpStep, createRepositoryStep, STORE_MANIFEST } from './backup-steps';

/** What was seen of one entry of `protect`; the shape of the activity's answer. */
export interface ObservedEntry {
  readonly entry: string;
  readonly version: string;
  readonly parts: readonly {
    readonly part: Part;
    readonly expectedBytes: number;
    readonly skip?: string;
  }[];
  readonly notes: readonly string[];
}

export interface ObservedRepository {
  readonly state: 'ready' | 'absent';
  readonly freeBytes?: number;
  /** Octets of the newest dump of each part, by its name: what the next one is likely to have. */
  readonly lastSizes?: Readonly<Record<string, number>>;
}

/**
 * Plans a recovery point: which parts are dumped, in which order, what is left out and why.
 * Shape:  stack, options, observations → plan without its hash, or an obstacle
 * Units:  expectedBytes = octets of the dumps, before deduplication and compression
 */
export function planBackup(
  stack: StackDescription,
  options: BackupOptions,
  repository: ObservedRepository,
  observed: readonly ObservedEntry[],
): Omit<BackupPlan, 'hash'> | Obstacle {
  const create = repository.state === 'absent';
  if (create && !options.initialise && !stack.repository.initialise) return absent(stack);
  const candidates = observed.flatMap((entry) =>
    entry.parts.map((part) => ({
      ...part,
      expectedBytes: repository.lastSizes?.[part.part.name] ?? part.expectedBytes,
      version: entry.version,
    })),
  );
  const parts = candidates.filter((candidate) => candidate.skip === undefined);
  if (parts.length === 0) return nothingToSave(stack);
  if (parts.length > MOST_PARTS) return tooMany(stack, parts.length);
  const expectedBytes = parts.reduce((sum, part) => sum + part.expectedBytes, 0);
  return {
    runbook: 'backup',
    stack: stack.name,
    repository: { url: stack.repository.url, create },
    parts: parts.map(({ part, expectedBytes: bytes, version }) => ({
      part,
      expectedBytes: bytes,
      version,
    })),
    skipped: candidates.flatMap(({ part, skip }) =>
      skip === undefined ? [] : [{ name: part.name, reason: skip }],
    ),
    expectedBytes,
    steps: steps(stack, create, parts),
    notes: [...observed.flatMap(({ notes }) => notes), ...spaceNotes(repository, expectedBytes)],
  };
}

function steps(
  stack: StackDescription,
  create: boolean,
  parts: readonly { readonly part: Part; readonly expectedBytes: number }[],
): PlannedStep[] {
  return [
    ...(create ? [createRepositoryStep(stack.repository.url)] : []),
    ...parts.map(({ part, expectedBytes }) => ({ ...backUpStep(part), expectedBytes })),
    STORE_MANIFEST,
    RECORD_STEP,
  ];
}

function absent(stack: StackDescription): Obstacle {
  return {
    obstacle: `there is no repository at ${stack.repository.url}`,
    advice:
      'Create it with `pawl backup --init`, or set `repository.initialise` in the stack file.',
  };
}

function tooMany(stack: StackDescription, parts: number): Obstacle {
  return {
    obstacle: `${stack.name} has ${parts} parts, and one recovery point can have ${MOST_PARTS}`,
    advice:
      'Divide the databases among several stacks, each with a repository or a name of its own.',
  };
}

function nothingToSave(stack: StackDescription): Obstacle {
  return {
    obstacle: `nothing of ${stack.name} can be saved: every part is left out`,
    advice: '`pawl doctor` says why.',
  };
}

/** Only a note: deduplication usually stores a fraction of the dumps. */
function spaceNotes(repository: ObservedRepository, expectedBytes: number): string[] {
  if (repository.freeBytes === undefined || repository.freeBytes >= expectedBytes) return [];
  return [
    `The repository's disk has ${formatBytes(repository.freeBytes)} free and the dumps have about ${formatBytes(expectedBytes)}; ` +
      'they fit only if they compress or deduplicate well.',
  ];
}
