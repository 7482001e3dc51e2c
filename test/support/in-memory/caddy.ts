import { createHash } from 'node:crypto';
import { AdapterError } from '../../../activities/ports/adapter-error';
import type { Caddy } from '../../../activities/ports/caddy';
import { EDGE_SERVICE, type EdgeSite } from '../../../workflows/model/edge';
import type { SimulatedContainer } from './simulated-container';
import type { SimulatedHost } from './simulated-host';

/** What lies on the host's disk by the names of files. */
export type CertificateFilesOnDisk = Map<string, string>;

/** `Caddy` on a simulated host. A certificate and a key fit where they say the same. */
export class InMemoryCaddy implements Caddy {
  /** How often the running one has read its sites, by its container. */
  readonly reloads = new Map<string, number>();
  /** Present: it refuses each configuration, and says so. */
  refusal?: string;

  constructor(
    private readonly host: SimulatedHost,
    private readonly disk: CertificateFilesOnDisk,
  ) {}

  certificates: Caddy['certificates'] = (_site, { sites }) =>
    new Promise((resolve) => {
      resolve(sites.flatMap((site) => this.certificateOf(site)));
    });

  validate: Caddy['validate'] = () => {
    if (this.refusal === undefined) return Promise.resolve('valid');
    const text = `Caddy refuses the configuration of the edge: ${this.refusal}`;
    return Promise.reject(new AdapterError('PreconditionFailed', text));
  };

  reload: Caddy['reload'] = ({ stack }) => {
    const running = this.host.all().find((one) => one.isRunning && isEdgeOf(one, stack));
    if (running === undefined) {
      return Promise.reject(new AdapterError('ServiceUnavailable', 'Caddy does not answer yet'));
    }
    this.reloads.set(running.id, (this.reloads.get(running.id) ?? 0) + 1);
    return Promise.resolve();
  };

  private certificateOf({ host, certificate }: EdgeSite) {
    if (typeof certificate === 'string') return [];
    const { file, key } = certificate;
    const content = this.disk.get(file);
    if (content === undefined || this.disk.get(key) !== content) {
      const text = `edge.sites.${host}.certificate: ${key} is not the key of ${file}`;
      throw new AdapterError('PreconditionFailed', text);
    }
    return [{ host, file, key, digest: createHash('sha256').update(content).digest('hex') }];
  }
}

function isEdgeOf({ labels, source: { of } }: SimulatedContainer, stack: string): boolean {
  return of?.service === EDGE_SERVICE && labels['pawl.stack'] === stack;
}
