import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PlannedOutcome } from '../workflows/model/outcome';
import type { InputOf, OutcomeOf, RunbookName } from '../workflows/catalogue';
import type * as workflows from '../workflows';
import { distFile } from './dist-file';

export class NotABundleError extends Error {
  override readonly name = 'NotABundleError';
}

const SOURCE_MAP_MARKER = 'sourceMappingURL=data:application/json;charset=utf-8;base64,';

/** A run of a runbook that `workflows/index.ts` does not export would wait for ever. */
({}) as typeof workflows satisfies {
  readonly [Name in RunbookName]: (
    input: InputOf<Name>,
  ) => Promise<OutcomeOf<Name> | PlannedOutcome>;
};

export function workflowBundlePath(): string {
  return distFile('workflow-bundle.js');
}

/**
 * Names the workflow code: equal sources, equal ids, on every machine (the source map differs by the length of a
 * path). Temporal's UI shows it for every worker and task.
 */
export async function buildIdOf(bundlePath: string): Promise<string> {
  const bundle = await readFile(bundlePath);
  const script = bundle.subarray(0, startOfMap(bundle.lastIndexOf(SOURCE_MAP_MARKER)));
  return createHash('sha256').update(script).digest('hex').slice(0, 12);
}

/** Shape: bundle → code up to and with the marker of its inline source map, and the map as JSON */
export function splitSourceMap(bundle: string): readonly [script: string, map: string] {
  const start = startOfMap(bundle.lastIndexOf(SOURCE_MAP_MARKER));
  return [bundle.slice(0, start), Buffer.from(bundle.slice(start), 'base64').toString()];
}

function startOfMap(marker: number): number {
  if (marker < 0) throw new NotABundleError('the workflow bundle has no inline source map');
  return marker + SOURCE_MAP_MARKER.length;
}
