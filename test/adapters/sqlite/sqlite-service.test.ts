import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createServiceFiles } from '../../../activities/adapters/docker/create-service-files';
import type { ServiceFiles } from '../../../activities/ports/service-files';
import { restoreTarget } from '../../../workflows/model/restore-target';
import { docker, uniqueName } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { startService, type ServiceContainer } from '../docker/service-container';
import { engineContract, type EngineBench } from '../engine-contract';
import { EngineUser } from '../engine-user';
import { newDirectory, sqlite, sqliteBench } from './sqlite-bench';

const MOUNTED_ON = '/app/data';

/** It has the database open for as long as it runs, as an application does. */
const APPLICATION = ['sh', '-c', `exec 3<>${MOUNTED_ON}/app.db; exec sleep 3600`];

describeWith(['docker', 'sqlite'], 'a SQLite database of a service', () => {
  engineContract("on a service's volume", async () => {
    const directory = await newDirectory();
    const service = await startApplication(directory, ['sleep', '3600']);
    return benchOf(directory, service);
  });

  describe('its swap', () => {
    let directory: string;
    let service: ServiceContainer;
    let bench: EngineBench;

    beforeEach(async () => {
      directory = await newDirectory();
      sqlite(join(directory, 'app.db'), 'CREATE TABLE t (n); INSERT INTO t VALUES (1);');
      service = await startApplication(directory, APPLICATION);
      bench = await benchOf(directory, service);
    });
    afterEach(() => bench.stop());

    const path = `${MOUNTED_ON}/app.db`;
    const file = (): string => join(directory, 'app.db');
    const rows = (name = file()): string => sqlite(name, 'SELECT n FROM t').trim();

    async function readyToSwap(services?: ServiceFiles) {
      const user = new EngineUser(await benchOf(directory, service, services));
      const dump = await user.dump(path);
      sqlite(file(), 'UPDATE t SET n = 2');
      const target = restoreTarget(path, 1);
      await user.restoreBeside(dump, target);
      return { user, dump, target };
    }

    it('stops the service for the renames, and starts it again', async () => {
      const { user, dump, target } = await readyToSwap();
      const before = await service.container.inspect();
      const observed = await user.observeTarget(dump, target);
      expect(observed.notes?.join()).toContain('is stopped');
      expect(await user.swap(dump, target)).toEqual({
        kept: true,
        notes: [expect.stringMatching(/^Service api was stopped for \d+\.\d s\.$/)],
      });
      const after = await service.container.inspect();
      expect(after.State.Running).toBe(true);
      expect(after.State.StartedAt).not.toBe(before.State.StartedAt);
      expect(rows()).toBe('1');
      await user.swapBack(dump, target);
      expect(rows()).toBe('2');
      expect((await service.container.inspect()).State.Running).toBe(true);
    });

    it.each(['stop', 'start'] as const)('is gone on with when it died behind a %s', async (how) => {
      const services = createServiceFiles({ docker });
      let hasDied = false;
      const dying: ServiceFiles = {
        ...services,
        [how]: async (...args: Parameters<ServiceFiles['stop']>) => {
          await services[how](...args);
          if (!hasDied) {
            hasDied = true;
            throw new Error('killed');
          }
        },
      };
      const { user, dump, target } = await readyToSwap(dying);
      await expect(user.swap(dump, target)).rejects.toThrow('killed');
      expect(await user.swap(dump, target)).toMatchObject({ kept: true });
      expect((await service.container.inspect()).State.Running).toBe(true);
      expect(rows()).toBe('1');
      expect(await readdir(join(directory, 'app.db_before_1'))).toEqual(['database']);
    });

    it('moves nothing while another service has it open, and starts what it stopped', async () => {
      const other = await startApplication(directory, APPLICATION);
      try {
        const { user, dump, target } = await readyToSwap();
        await expect(user.swap(dump, target)).rejects.toMatchObject({ kind: 'PreconditionFailed' });
        expect((await service.container.inspect()).State.Running).toBe(true);
        await user.swapBack(dump, target);
        expect(rows()).toBe('2');
        expect(await readdir(directory)).toEqual(['app.db']);
      } finally {
        await other.remove();
      }
    });

    it('leaves a service that did not run as it was', async () => {
      const { user, dump, target } = await readyToSwap();
      await service.container.stop({ t: 0 });
      await user.swap(dump, target);
      expect((await service.container.inspect()).State.Running).toBe(false);
      expect(rows()).toBe('1');
    });
  });

  it('finds what is on a named volume, and refuses what would be lost with the container', async () => {
    const volume = uniqueName('volume');
    const service = await startService({ service: 'api', hostConfig: { Binds: [`${volume}:/v`] } });
    try {
      const services = createServiceFiles({ docker });
      const { path } = await services.locate(service.site, 'api', '/v/a/b.db');
      await mkdir(join(path, '..'));
      expect((await stat(path.replace('/a/b.db', ''))).isDirectory()).toBe(true);
      await expect(services.locate(service.site, 'api', '/var/app.db')).rejects.toMatchObject({
        kind: 'PreconditionFailed',
      });
      await expect(services.locate(service.site, 'web', '/v/b.db')).rejects.toMatchObject({
        kind: 'PreconditionFailed',
      });
    } finally {
      await service.remove();
      await docker.getVolume(volume).remove();
    }
  });
});

function startApplication(directory: string, command: string[]): Promise<ServiceContainer> {
  const hostConfig = { Binds: [`${directory}:${MOUNTED_ON}`] };
  return startService({ service: 'api', command, hostConfig });
}

async function benchOf(
  directory: string,
  service: ServiceContainer,
  services = createServiceFiles({ docker }),
): Promise<EngineBench> {
  return sqliteBench(directory, await newDirectory(), {
    services,
    site: service.site,
    service: { name: 'api', mountedOn: MOUNTED_ON },
    stop: async () => {
      await service.remove();
      await rm(directory, { recursive: true, force: true });
    },
  });
}
