import type { z } from 'zod';
import type { RepositoryDescription } from '../workflows/model/stack';
import { normaliseSecret } from './normalise-secret';
import type { repository } from './schema-repository';

export function normaliseRepository({
  url,
  password,
  initialise,
  environment,
}: z.output<typeof repository>): RepositoryDescription {
  return {
    url,
    password: normaliseSecret(password),
    initialise,
    environment: Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        typeof value === 'object' ? normaliseSecret(value) : { plain: String(value) },
      ]),
    ),
  };
}
