import type { EdgeDescription } from '../../workflows/model/edge';
import type { Attempt } from './attempt';
import type { OnRelease } from './compose';
import type { EdgeCertificate } from './edge';
import type { Site } from './site';

/** Caddy, in the container of the Compose service `EDGE_SERVICE`. */
export interface Caddy {
  /**
   * Reads the certificates that come from files, and whether each fits its key and its site.
   * Throws: PreconditionFailed (every file that is not there or does not fit)
   */
  certificates(site: Site, edge: EdgeDescription): Promise<readonly EdgeCertificate[]>;
  /**
   * Lets a Caddy of the Compose model's image look at `EDGE_CANDIDATE` and all that it names, in a container of this name
   * that serves nothing and is gone afterwards. `too-new`: it does not know all that the configuration has.
   * Throws: PreconditionFailed (it refuses; the message has its reason)
   */
  validate(asked: OnRelease & { readonly container: string }): Promise<'valid' | 'too-new'>;
  /**
   * Lets the running Caddy read its file and certificates again, without a restart.
   * Throws: PreconditionFailed (there is none) · ServiceUnavailable (it does not answer yet) · CommandFailed (it refuses, and goes on as it was)
   */
  reload(site: Site, attempt: Attempt): Promise<void>;
}
