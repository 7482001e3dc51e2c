import { writeFile } from 'node:fs/promises';
import type { Crash } from './crash';
import type { Digests } from './digest';

export interface DemoReport {
  readonly schema: 'pawl/demo@1';
  readonly rows: number;
  readonly backup: string;
  readonly restore: string;
  /** What was killed, in which step, which attempt went on and how long that took. */
  readonly crashes: readonly Crash[];
  readonly digests: readonly Comparison[];
  readonly equal: boolean;
}

export interface Comparison {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly equal: boolean;
}

/** Compares what was with what is, name by name; what is missing on either side is not equal. */
export function compare(before: Digests, after: Digests): Comparison[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.map((name) => {
    const [was = 'missing', is = 'missing'] = [before[name], after[name]];
    return { name, before: was, after: is, equal: was === is };
  });
}

export async function writeReport(path: string, report: DemoReport): Promise<void> {
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
}
