import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { productionImages } from '../images/production-images';
import { startBrowser } from '../support/browser';
import { describeWith } from '../support/requirements';
import type { PawlHost } from './support/pawl-host';
import { PASSWORD_FILE, type ProductionServer } from './support/production-server';
import { describeProduction, ProductionSite } from './support/production-site';

/** Of the folder that the first host protects: in the run's input, in its steps and in its outcome. */
const SENTINEL = 'sentinel-7c1e';
const FROZEN_MILLISECONDS = 20_000;
const THIRTY_DAYS = '2592000s';

/** What happened on each bad day, printed at the end: `docs/operating.md` has them. */
const days: string[] = [];

describeProduction('the production server', () => {
  let site: ProductionSite;
  let server: ProductionServer;
  let hosts: readonly PawlHost[];
  const first = (): PawlHost => hosts[0] as PawlHost;

  beforeAll(async () => {
    site = await ProductionSite.prepare(await productionImages());
    ({ server } = site);
    await server.startAsItsHeadSays();
    hosts = [await site.addHost('web-1', SENTINEL), await site.addHost('web-2', 'uploads')];
  });

  afterAll(async () => {
    await site.remove();
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

  it('serves two hosts: a backup on each, and one list of both', async () => {
    const backups = await Promise.all(hosts.map((host) => host.cli('backup', '--json')));
    expect(backups.map(({ code }) => code)).toEqual([0, 0]);
    expect(await onWhichHosts()).toEqual({ 'web-1': true, 'web-2': true });
    expect(await first().cli('doctor')).toMatchObject({ code: 0, stderr: '' });
    for (const host of hosts) {
      const run = `${host.stack}/1`;
      expect(await host.ask('points')).toMatchObject({ points: [{ run, parts: 1 }] });
    }
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
    days.push(
      `a backup of one folder: ${told.historyLength} events, ${told.historySizeBytes} bytes`,
    );
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
        const text = await browser.shown('backUpPart');
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
      'the host is cut off for 20 s and more': async () => {
        const { network, metrics } = first();
        await network.cutOff();
        try {
          const tooLong = AbortSignal.timeout(FROZEN_MILLISECONDS);
          await expect(fetch(metrics, { signal: tooLong })).rejects.toThrow();
          await delay(FROZEN_MILLISECONDS);
        } finally {
          await network.connect();
        }
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
      const served = Date.now();
      await release();
      await first().expectSaved(run);
      const [down, rest] = [served - since, Date.now() - served].map(inSeconds);
      days.push(`${title}: serves after ${down} s, and the run ends well ${rest} s later`);
    });

    it('its disk is full in mid-run: the run goes on when there is room again', async () => {
      const { run, release } = await first().backUpHalfWay();
      await server.fillDisk();
      expect(await server.logs('postgresql')).toMatch(/PANIC: .*No space left on device/);
      await release();
      await server.freeDisk();
      await server.serves();
      await first().expectSaved(run);
      days.push(
        'the disk of PostgreSQL is full: nothing is taken; with room again the run ends well',
      );
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

  describe('whose data is lost', () => {
    it('comes back out of the dumps that docs/operating.md makes, with a run that was open', async () => {
      const { run, release } = await first().backUpHalfWay();
      const [dump = '', restore = ''] = await commandsOfGuide();
      await server.shell(dump);
      expect(await server.compose('down', '--volumes')).toMatchObject({ code: 0 });
      await server.shell(restore);
      await server.serves();
      await release();
      await first().expectSaved(run);
      expect(await first().ask('show', `${first().stack}/1`)).toMatchObject({ status: 'done' });
      days.push('all data is lost: with the dumps of a minute ago the run ends well');
    });
  });

  /** Whether the worker of each host polls, as the list of all stacks says. */
  async function onWhichHosts(): Promise<Readonly<Record<string, boolean>>> {
    const { stacks } = await first().ask<Status>('status', '--all');
    return Object.fromEntries(stacks.map(({ host, worker }) => [host, worker]));
  }
});

interface Status {
  readonly stacks: readonly { readonly host: string; readonly worker: boolean }[];
}

interface Described {
  readonly workflowExecutionInfo: { readonly historyLength: string; historySizeBytes: string };
}

/** Those that dump and those that restore, as they stand in the guide. */
async function commandsOfGuide(): Promise<readonly string[]> {
  const guide = await readFile(join(__dirname, '../../docs/operating.md'), 'utf8');
  const section = guide.split('**Its own backup.**')[1] ?? '';
  return [...section.matchAll(/```\n([^]*?)```/g)].slice(0, 2).map(([, text = '']) => text);
}

function inSeconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
