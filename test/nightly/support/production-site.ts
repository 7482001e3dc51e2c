import { join } from 'node:path';
import { distFile } from '../../../worker/dist-file';
import { ensureProductionImages, forgetStandIns } from '../../images/production-images';
import { canMount } from '../../runbooks/support/small-disk';
import { docker } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { runProcess } from '../../support/run-process';
import { PawlHost } from './pawl-host';
import { PrivateNetwork } from './private-network';
import { ProductionServer } from './production-server';

/** `describeWith`, for what takes networks, a disk and containers of its own: that takes root. */
export function describeProduction(title: string, body: () => void): void {
  if (canMount) describeWith(['docker', 'compose', 'temporal', 'restic'], title, body);
  else describe.skip(`${title} (needs root)`, body);
}

/** A production server in a private network, the key of an installation, and its hosts. Needs root. */
export class ProductionSite {
  private readonly hosts: PawlHost[] = [];

  private constructor(
    readonly server: ProductionServer,
    private readonly network: PrivateNetwork,
    private readonly standIns: readonly string[],
  ) {}

  /** Nothing of the server is started yet. */
  static async prepare(images: readonly string[]): Promise<ProductionSite> {
    const standIns = await ensureProductionImages(docker, images);
    const network = await PrivateNetwork.create();
    const server = await ProductionServer.prepare(network.serverAddress);
    const made = await runProcess(
      [process.execPath, distFile('client', 'main.js'), 'key', 'make', '--key-file', keyOf(server)],
      { env: process.env },
    );
    if (made.code !== 0) throw new Error(made.stderr);
    return new ProductionSite(server, network, standIns);
  }

  /** A host whose worker polls; `folder` is what its stack protects. */
  async addHost(name: string, folder: string): Promise<PawlHost> {
    const network = await this.network.addHost();
    const host = await PawlHost.create(name, network, this.server, {
      key: keyOf(this.server),
      folder,
    });
    this.hosts.push(host);
    return host;
  }

  async remove(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.stop()));
    await this.server.remove();
    await this.network.remove();
    await forgetStandIns(docker, this.standIns);
  }
}

function keyOf(server: ProductionServer): string {
  return join(server.directory, 'pawl.key');
}
