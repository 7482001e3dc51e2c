import type { z } from 'zod';
import type { SecretReference } from '../workflows/model/stack';
import type { secretReference } from './values';

export function normaliseSecret({
  env,
  file,
  command,
}: z.output<typeof secretReference>): SecretReference {
  if (env !== undefined) return { env };
  if (file !== undefined) return { file };
  if (command) return { command };
  throw new Error('a secret reference is empty: the schema let it pass');
}
