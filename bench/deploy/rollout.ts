import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { docker } from '../../test/support/docker';
import { freePort } from '../../worker/free-port';
import { ComposeProject } from './compose-project';
import type { Contender, Version } from './contender';
import { ensureNginx, imageOf } from './images';
import { nginxConfiguration } from './nginx-configuration';

/** docker-rollout's own, and the time between two looks. */
const HEALTHY_SECONDS = 60;
const LOOK_EVERY_MILLISECONDS = 1_000;

/** Without a program that is not in the image. */
const HEALTHCHECK = {
  test: [
    ...['CMD', 'bash', '-c'],
    "exec 3<>/dev/tcp/127.0.0.1/8000; printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3; grep -q ' 200 ' <&3",
  ],
  interval: '1s',
  timeout: '5s',
  retries: 5,
};

/** One second is the least for which nginx remembers what Docker's DNS has said. */
const CONFIGURATION = nginxConfiguration({
  before: 'resolver 127.0.0.11 valid=1s ipv6=off;',
  location: 'set $upstream api; proxy_pass http://$upstream:8000;',
});

/**
 * docker-rollout, step by step as its script does it: twice the containers, wait until the new one is healthy, stop and
 * remove the old one. It asks for a proxy that finds the containers by itself: nginx here, by Docker's DNS.
 */
export async function openRollout(): Promise<Contender> {
  const image = await ensureNginx();
  const port = await freePort('127.0.0.1');
  const project = await ComposeProject.create('rollout');
  await mkdir(join(project.folder, 'nginx'));
  await writeFile(join(project.folder, 'nginx', 'nginx.conf'), CONFIGURATION);
  const services = (version: Version): Record<string, object> => ({
    proxy: {
      image,
      ports: [`127.0.0.1:${port}:80`],
      volumes: ['./nginx:/etc/nginx/bench:ro'],
    },
    api: { image: imageOf(version), healthcheck: HEALTHCHECK },
  });
  return {
    title: 'docker-rollout, nginx by DNS',
    url: `http://127.0.0.1:${port}`,
    release: async (version) => {
      await project.describe(services(version));
      const old = await project.containersOf('api');
      if (old.length === 0) await project.compose('up', '--detach');
      else await rollOut(project, old);
    },
    remove: () => project.remove(),
  };
}

async function rollOut(project: ComposeProject, old: readonly string[]): Promise<void> {
  const scale = ['--scale', `api=${old.length * 2}`, '--no-recreate'];
  await project.compose('up', '--detach', ...scale, 'api');
  const all = await project.containersOf('api');
  for (const id of all.filter((candidate) => !old.includes(candidate))) await untilHealthy(id);
  for (const id of old) await docker.getContainer(id).stop();
  for (const id of old) await docker.getContainer(id).remove();
}

async function untilHealthy(id: string): Promise<void> {
  const deadline = performance.now() + HEALTHY_SECONDS * 1000;
  while (performance.now() < deadline) {
    const { State } = await docker.getContainer(id).inspect();
    if (State.Health?.Status === 'healthy') return;
    await sleep(LOOK_EVERY_MILLISECONDS);
  }
  throw new Error(`${id} is not healthy after ${HEALTHY_SECONDS} s`);
}
