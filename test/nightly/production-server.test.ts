import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { distFile } from '../../worker/dist-file';
import {
  ensureProductionImages,
  forgetStandIns,
  productionImages,
} from '../images/production-images';
import { startBrowser } from '../support/browser';
import { docker } from '../support/docker';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { runProcess } from '../support/run-process';
import { PawlHost } from './support/pawl-host';
import { PrivateNetwork } from './support/private-network';
import { PASSWORD_FILE, ProductionServer } from './support/production-server';

/** Of the folder that the first host protects: in the run's input, in its steps and in its outcome. */
const SENTINEL = 'sentinel-7c1e';
const FROZEN_MILLISECONDS = 20_000;
const THIRTY_DAYS = '2592000s';

/** What happened on each bad day, printed at the end: `docs/operating.md` has them. */
const days: string[] = [];

describeWith(['docker', 'compose', 'temporal', 'restic'], 'the production server', () => {
  let network: PrivateNetwork;
  let server: ProductionServer;
  let hosts: readonly PawlHost[];
  let key: string;
  let standIns: readonly string[] = [];
  const first = (): PawlHost => hosts[0] as PawlHost;

  beforeAll(async () => {
    network = await PrivateNetwork.create();
    standIns = await ensureProductionImages(docker, await productionImages());
    server = await ProductionServer.prepare(network.serverAddress);
    await server.startAsItsHeadSays();
    key = join(server.directory, 'pawl.key');
    const made = await runProcess(
      [process.execPath, distFile('client', 'main.js'), 'key', 'make', '--key-file', key],
      { env: process.env },
    );
    expect(made.code).toBe(0);
    const names = { 'web-1': SENTINEL, 'web-2': 'uploads' };
    hosts = await Promise.all(
      Object.entries(names).map(async ([name, folder]) =>
        PawlHost.create(name, await network.addHost(), server, key, folder),
      ),
    );
  });

  afterAll(async () => {
    await Promise.all(hosts.map((host) => host.stop()));
    await server.remove();
    await network.remove();
    await forgetStandIns(docker, standIns);
    console.log(days.join('\n'));
  });

  it('stands as its head says, and the same command again changes nothing', async () => {
    const before = await server.running();
    await server.up();
    expect(await server.running()).toEqual(before);
    const told = await server.temporal<{ config: { workflowExecutionRetentionTtl: string } }>(
      ...['operator', 'namespace', 'describe', '--namespace', 'default'],
    );
    expect(told.config.workflowExecutionRetentionTtl).toBe(THIRTY_DAYS);
    expect(await server.sql('postgres', 'show data_checksums')).toBe('on');
    const mode = (await stat(join(server.directory, 'secrets'))).mode & 0o777;
    expect(mode).toBe(0o700);
  });

  it('has the search attributes that workers add', async () => {
    const { customAttributes } = await server.temporal<{ customAttributes: object }>(
      ...['operator', 'search-attribute', 'list', '--namespace', 'default'],
    );
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(['PawlStack', 'PawlRunbook']),
    );
  });

  it('serves two hosts that see nothing of each other: a backup on each, and one list of both', async () => {
    const backups = await Promise.all(hosts.map((host) => host.cli('backup', '--json')));
    expect(backups.map(({ code }) => code)).toEqual([0, 0]);
    const { stacks } = await first().ask<Status>('status', '--all');
    console.log(JSON.stringify(stacks));
    const run = await first().ask<object>('show', `${first().stack}/1`);
    console.log(JSON.stringify(run).slice(0, 3000));
    console.log(JSON.stringify(await first().ask<object>('points')).slice(0, 1000));
  });

  it('has nothing to read in its databases, and tells how large a run is', async () => {
    const dumps = await Promise.all(
      ['temporal', 'temporal_visibility'].map(async (database) => {
        const argv = ['pg_dump', '-U', 'temporal', '--inserts', database];
        const { code, stdout } = await server.exec('postgresql', ...argv);
        expect(code).toBe(0);
        return stdout;
      }),
    );
    const dump = dumps.join('\n');
    // Bytes are dumped as hexadecimal digits: the name of a step's type proves that they are found.
    expect(dump).toContain(hexOf('backUpPart'));
    for (const secret of [SENTINEL, 'correct horse', 'content of web-1']) {
      expect(dump).not.toContain(secret);
      expect(dump).not.toContain(hexOf(secret));
    }
    const { workflowExecutionInfo: told } = await server.temporal<Described>(
      ...['workflow', 'describe', '--namespace', 'default', '--workflow-id', `${first().stack}/1`],
    );
    days.push(`a backup of one folder: ${told.historyLength} events, ${told.historySizeBytes} bytes`);
    expect(Number(told.historySizeBytes)).toBeLessThan(100_000);
  });

  it('and its workers tell Prometheus how they are', async () => {
    const [ofServer = '', ...ofWorkers] = await Promise.all(
      [server.metrics, ...hosts.map((host) => host.metrics)].map(async (url) =>
        (await fetch(url)).text(),
      ),
    );
    expect(ofServer).toMatch(/^service_requests\{.*operation="StartWorkflowExecution"/m);
    for (const [place, host] of hosts.entries()) {
      expect(ofWorkers[place]).toContain(
        `pawl_runs_total{outcome="done",runbook="backup",stack="${host.stack}"} 1`,
      );
    }
  });

  describeWith(['chromium'], 'in its web pages', () => {
    it('shows runs, and nothing of what is sealed', async () => {
      const browser = await startBrowser();
      try {
        const path = `namespaces/default/workflows/${encodeURIComponent(`${first().stack}/1`)}`;
        await browser.open(`${server.pages}/${path}`);
        const text = await until(async () => {
          const shown = await browser.text();
          return shown.includes('backUpPart') ? shown : undefined;
        }, 60);
        expect(text).toContain(`${first().stack}/1`);
        expect(text).not.toContain(SENTINEL);
      } finally {
        await browser.close();
      }
    });
  });

  describe('on a bad day', () => {
    const badDays: Readonly<Record<string, () => Promise<void>>> = {
      'PostgreSQL is killed': () => server.kill9('postgresql'),
      'the server is killed': () => server.kill9('temporal'),
      'both are killed': () => server.kill9('postgresql', 'temporal'),
      'PostgreSQL stands still for 20 s': () => server.freeze('postgresql', FROZEN_MILLISECONDS),
      'the server stands still for 20 s': () => server.freeze('temporal', FROZEN_MILLISECONDS),
      'the host is cut off for 20 s': async () => {
        await first().network.cutOff();
        await delay(FROZEN_MILLISECONDS);
        await first().network.connect();
      },
      '`docker compose restart`': async () => {
        expect(await server.compose('restart')).toMatchObject({ code: 0 });
      },
      '`down`, then `up -d --wait`': async () => {
        expect(await server.compose('down')).toMatchObject({ code: 0 });
        await server.up();
      },
      'everything is killed, and the worker too': async () => {
        await Promise.all([server.kill9('postgresql', 'temporal'), first().kill9()]);
        await first().start();
      },
    };

    it.each(Object.entries(badDays))('%s in mid-run: the run ends well', async (title, strike) => {
      const { run, release } = await first().backUpHalfWay();
      const since = Date.now();
      await strike();
      await server.serves();
      const seconds = ((Date.now() - since) / 1000).toFixed(0);
      await release();
      const since2 = Date.now();
      await expectSaved(run);
      const after = ((Date.now() - since2) / 1000).toFixed(0);
      days.push(`${title}: serves ${seconds} s later, the run ends well ${after} s after that`);
    });

    it('its disk is full in mid-run: the run goes on when there is room again', async () => {
      const { run, release } = await first().backUpHalfWay();
      await server.fillDisk();
      await release();
      await server.freeDisk();
      await server.serves();
      await expectSaved(run);
      days.push('the disk of PostgreSQL is full: nothing is taken; with room again the run ends well');
    });

    it('another password in its file is said by `up`, and what runs goes on', async () => {
      const file = join(server.directory, PASSWORD_FILE);
      const password = await readFile(file, 'utf8');
      const before = await server.running();
      await writeFile(file, 'another');
      const { code, stderr } = await server.compose('up', '-d', '--wait');
      expect(code).not.toBe(0);
      expect(stderr).toContain(`service "schema" didn't complete successfully`);
      expect(await server.logs('schema')).toContain('password authentication failed');
      expect(await server.running()).toEqual(before);
      await writeFile(file, password);
      await server.up();
      expect(await server.running()).toEqual(before);
      days.push('another password in the file: `up` fails and names `schema`; what runs goes on');
    });
  });

  async function expectSaved(run: string): Promise<void> {
    const { code, stdout, stderr } = await first().cli('watch', run, '--json');
    expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, '']);
    const { points } = await first().ask<{ points: { run: string }[] }>('points');
    expect(points.filter((point) => point.run === run)).toHaveLength(1);
  }
});

interface Status {
  readonly stacks: readonly object[];
}

interface Described {
  readonly workflowExecutionInfo: { readonly historyLength: string; historySizeBytes: string };
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
