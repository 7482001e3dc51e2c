import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Everything a test starts carries both, so that two checkouts, and two runs in one, never touch each other's. */
export const CHECKOUT_LABEL = 'pawl.test';
export const RUN_LABEL = 'pawl.test.run';
export const RUN_VARIABLE = 'PAWL_TEST_RUN';

export const checkoutHash = createHash('sha256')
  .update(realpathSync(join(__dirname, '../..')))
  .digest('hex')
  .slice(0, 12);

/** A run is named for Jest's own process: that is how a later run knows that this one is dead. */
export function runName(pid: number): string {
  return `${checkoutHash}-${pid}`;
}

export function pidOfRun(run: string): number {
  return Number(run.split('-')[1]);
}

/** Labels for whatever a test makes in the engine by itself (a network, a Compose project). */
export function testLabels(): Record<string, string> {
  const run = process.env[RUN_VARIABLE] ?? runName(process.ppid);
  return { [CHECKOUT_LABEL]: checkoutHash, [RUN_LABEL]: run };
}
