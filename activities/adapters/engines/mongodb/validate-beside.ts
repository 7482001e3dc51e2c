import { formatCount } from '../../../../workflows/model/format-count';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { Server } from './connect';
import { Journal } from './journal';

/**
 * The server's own check (`validate`) of every collection that was received: its data and its indexes.
 * Throws: VerificationFailed (which collection, and what the server says of it)
 */
export async function validateBeside(
  server: Server,
  target: RestoreTarget,
  attempt: Attempt,
): Promise<string> {
  const db = server.client.db(target.into);
  const { restored } = await new Journal(db, target).require('received');
  for (const { name, beside } of restored) {
    const { valid, errors = [] } = await db.command({ validate: beside });
    attempt.onProgress();
    if (valid === true) continue;
    const said = (errors as readonly unknown[]).map(String).join('; ');
    throw new AdapterError('VerificationFailed', `collection ${name} is not valid: ${said}`);
  }
  return `validate: ${formatCount(restored.length, 'collection')}`;
}
