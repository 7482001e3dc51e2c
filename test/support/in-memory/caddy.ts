import { createHash } from 'node:crypto';
import { AdapterError } from '../../../activities/ports/adapter-error';
import type { Caddy } from '../../../activities/ports/caddy';
import type { EdgeCertificate } from '../../../activities/ports/edge';
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

  certificates: Caddy['certificates'] = async (_site, { sites }) => {
    await Promise.resolve();
    const looked = sites.map((site) => this.certificateOf(site));
    const wrong = looked.flatMap((one) => (typeof one === 'string' ? [one] : []));
    if (wrong.length > 0) throw new AdapterError('PreconditionFailed', wrong.join('\n'));
    return looked.flatMap((one) => (one === undefined || typeof one === 'string' ? [] : [one]));
  };

  validate: Caddy['validate'] = () => {
    if (this.refusal === undefined) return Promise.resolve('valid');
    const text = `Caddy refuses the configuration of the edge: ${this.refusal}`;
    return Promise.reject(new AdapterError('PreconditionFailed', text));
  };

  reload: Caddy['reload'] = ({ stack }) => {
    const running = this.host.all().find((one) => one.isRunning && isEdgeOf(one, stack));
    if (running === undefined) {
      return Promise.reject(
        new AdapterError('PreconditionFailed', 'No container of the edge runs'),
      );
    }
    this.reloads.set(running.id, (this.reloads.get(running.id) ?? 0) + 1);
    return Promise.resolve();
  };

  /** Undefined of one that Caddy gets itself; a text says what is wrong. */
  private certificateOf({ host, certificate }: EdgeSite): EdgeCertificate | string | undefined {
    if (typeof certificate === 'string') return undefined;
    const { file, key } = certificate;
    const named = `edge.sites.${host}.certificate`;
    const content = this.disk.get(file);
    if (content === undefined) return `${named}: ${file} is not there`;
    if (this.disk.get(key) !== content) return `${named}: ${key} is not the key of ${file}`;
    return { host, file, key, digest: createHash('sha256').update(content).digest('hex') };
  }
}

function isEdgeOf({ labels, source: { of } }: SimulatedContainer, stack: string): boolean {
  return of?.service === EDGE_SERVICE && labels['pawl.stack'] === stack;
}
