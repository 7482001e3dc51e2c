import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/processes';
import { AppNetwork, execIn, type Running } from './app-network';
import type { Contender, Version } from './contender';
import { ensureNginx } from './images';
import { nginxConfiguration } from './nginx-configuration';

/** Longer than any request of the load takes: nginx' old workers end theirs in the meantime. */
const DRAIN_MILLISECONDS = 3_000;

/** Blue and green as careful scripts have it: start, wait for health, `nginx -s reload`, let the old one end, stop it. */
export async function openNginx(): Promise<Contender> {
  const image = await ensureNginx();
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-nginx-'));
  const network = await AppNetwork.create('nginx');
  const sendTo = ({ name }: Running): Promise<void> => {
    const location = `proxy_pass http://${name}:8000;`;
    return writeFile(join(folder, 'nginx.conf'), nginxConfiguration({ location }));
  };
  const first = await startHealthy(network, '1');
  await sendTo(first);
  const proxy = await network.startProxy({ image, bind: `${folder}:/etc/nginx/bench:ro` });
  let serving = first;
  return {
    title: 'blue and green, nginx -s reload',
    url: proxy.url,
    release: async (version) => {
      const old = serving;
      serving = await startHealthy(network, version);
      await sendTo(serving);
      const nginx = ['nginx', '-c', '/etc/nginx/bench/nginx.conf'];
      await execIn(proxy, ...nginx, '-t');
      await execIn(proxy, ...nginx, '-s', 'reload');
      await sleep(DRAIN_MILLISECONDS);
      await network.end(old);
    },
    remove: async () => {
      await network.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startHealthy(network: AppNetwork, version: Version): Promise<Running> {
  const app = await network.startApp(version);
  const look = `fetch('http://127.0.0.1:8000/healthz').then(({ ok }) => process.exit(ok ? 0 : 1))`;
  await until(async () => {
    const { exitCode } = await app.container.exec(['node', '-e', look]);
    return exitCode === 0 ? true : undefined;
  }, 60);
  return app;
}
