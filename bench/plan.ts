/*
 * CPU of what a plan of a release does with a large Compose file: reading it by Compose's own rules, and rendering the
 * release's own model of it. Beside it `docker compose config`, once.
 *
 *   npm run bench -- plan
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompose } from '../activities/adapters/compose/create-compose';
import { hostRunner } from '../activities/adapters/process/run-command';
import type { Attempt } from '../activities/ports/attempt';
import type { Site } from '../activities/ports/site';
import { findProgram } from '../toolchain/find-program';
import type { SwitchDeployment } from '../workflows/model/deployment';
import { renderRelease } from '../workflows/release/render-release';
import { median, table } from './support/figures';

const SERVICES = 40;
const ROUNDS = 7;
/** Of Linux: what `/proc` counts in. */
const TICKS_A_SECOND = 100;

const attempt: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'bench',
};
const PINNED = { reference: 'registry/app:1', pinned: `registry/app@sha256:${'a'.repeat(64)}` };

/** Each depends on the one before it, and has what services have. */
function composeFile(): string {
  const services = Array.from({ length: SERVICES }, (_, at): [string, object] => [
    `service-${at}`,
    {
      image: `registry/app:${at}`,
      ...(at === 0 ? {} : { depends_on: [`service-${at - 1}`] }),
      ports: [`127.0.0.1:${20_000 + at}:8000`],
      environment: { ['NAME_' + String(at)]: '${NAME:-nobody}', LEVEL: 'info' },
      volumes: [`data-${at}:/data`, './config:/config:ro'],
      healthcheck: { test: ['CMD', 'true'], interval: '5s' },
      networks: ['front', `back-${at % 4}`],
      deploy: { replicas: 1 + (at % 2) },
    },
  ]);
  const named = (prefix: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, {}]));
  return JSON.stringify({
    services: Object.fromEntries(services),
    volumes: named('data-', SERVICES),
    networks: { front: {}, ...named('back-', 4) },
  });
}

const deployment = (service: string): SwitchDeployment => ({
  ...{ service, strategy: 'switch', port: 8000, drainSeconds: 60, keepOldSeconds: 900 },
  ...{ watchSeconds: 0, ready: { http: '/', consecutive: 3, timeoutSeconds: 60 } },
});

async function planOnce(site: Site, program: string): Promise<void> {
  const compose = createCompose({
    ...{ program: () => Promise.resolve(program), runner: hostRunner },
    services: { containers: () => Promise.resolve([]) },
  });
  await compose.facts(site, attempt);
  const model = await compose.model(site, attempt);
  const names = Array.from({ length: SERVICES }, (_, at) => `service-${at}`);
  const rendered = renderRelease({
    ...{ stack: 'bench', release: 1, model, switchImage: PINNED.pinned },
    switchFolder: (service: string) => `/var/lib/pawl/${service}`,
    services: names.map((name) => ({
      deployment: deployment(name),
      image: { ...PINNED, id: `sha256:${'b'.repeat(64)}` },
    })),
  });
  if ('obstacle' in rendered) throw new Error(rendered.obstacle);
}

/** Of this process and of the children that have ended, in seconds. */
function cpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / TICKS_A_SECOND;
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const begin = cpuSeconds();
  await work();
  return cpuSeconds() - begin;
}

async function measure(work: () => Promise<void>): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await cpuOf(work));
  return median(rounds);
}

async function main(): Promise<void> {
  const { path: program } = await findProgram('compose');
  const directory = mkdtempSync(join(tmpdir(), 'pawl-bench-plan-'));
  try {
    writeFileSync(join(directory, 'compose.yaml'), composeFile());
    const site: Site = {
      stack: 'bench',
      directory,
      secret: () => Promise.reject(new Error('none')),
    };
    const bare = await measure(() => {
      const { status } = spawnSync(program, ['config', '--format', 'json'], { cwd: directory });
      return status === 0 ? Promise.resolve() : Promise.reject(new Error('compose config failed'));
    });
    const planned = await measure(() => planOnce(site, program));
    table(
      ['', 'CPU s (median)', 'ratio'],
      [
        [`docker compose config, ${SERVICES} services`, bare.toFixed(2), ''],
        [
          `reading and rendering a release of them (target: under 3 s)`,
          planned.toFixed(2),
          (planned / bare).toFixed(1),
        ],
      ],
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

void main();
