import { createAuditRecord } from '../../../activities/adapters/state-directory/create-audit-record';
import { entryOf } from './entries';

/** A worker that records runs: `append-entries.ts DIRECTORY FIRST COUNT`. */
async function main(): Promise<void> {
  const [directory = '', first = '1', count = '1'] = process.argv.slice(2);
  const record = createAuditRecord(directory);
  for (let number = Number(first); number < Number(first) + Number(count); number += 1) {
    await record.append(entryOf(number));
  }
}

void main();
