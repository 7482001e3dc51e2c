import type { SecretReference } from '../../workflows/model/stack';
import type { Site } from './site';

export interface SecretResolver {
  /**
   * Throws: PreconditionFailed that names the reference and where it was looked for, never a value · CommandFailed (the
   * command of a reference failed).
   */
  resolve(reference: SecretReference, site: Pick<Site, 'directory' | 'compose'>): Promise<string>;
  /** Of a secret that was read elsewhere, such as what `docker login` has kept. */
  learn(secret: string): void;
  /** Replaces every secret known so far in this process, plain, base64 and URL-encoded, with `[redacted]`. */
  redact(text: string): string;
}
