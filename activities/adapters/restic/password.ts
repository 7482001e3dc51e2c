import type { SecretReference } from '../../../workflows/model/stack';
import { AdapterError } from '../../ports/adapter-error';
import type { Site } from '../../ports/site';

/** What Go's `strings.TrimSpace` takes for white space, and a byte order mark. */
const WHITE_SPACE_AT_ENDS = /^[\s\u0085]+|[\s\u0085]+$/gu;

/**
 * The repository's password as restic itself would read it, so that one file serves both: of a file or a program without
 * the white space at both ends, of a variable as it is.
 * Throws: PreconditionFailed (it is white space only) · as the secret resolver
 * Source: restic, `cmd/restic/global.go`, `resolvePassword` and `loadPasswordFromFile`: --password-file and --password-command
 */
export async function passwordOf(
  site: Pick<Site, 'secret'>,
  reference: SecretReference,
): Promise<string> {
  const secret = await site.secret(reference);
  if ('env' in reference) return secret;
  const password = secret.replace(WHITE_SPACE_AT_ENDS, '');
  if (password !== '') return password;
  throw new AdapterError(
    'PreconditionFailed',
    'the password of the repository is white space only, which restic takes for none',
    { advice: 'Write the password where `repository.password` of the stack file points.' },
  );
}
