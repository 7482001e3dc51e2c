import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { uniqueName, startService, type TestContainer } from '../support/docker';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { sqlite } from '../adapters/sqlite/sqlite-bench';
import { brokenPromises, seedBank, startWriter } from '../adapters/sqlite/steady-writer';
import { ProtectedStack } from './support/protected-stack';

const PATIENCE_MILLISECONDS = 180_000;

describeWith(['temporal', 'restic', 'docker', 'sqlite'], 'SQLite databases', () => {
  let pawl: PawlEnvironment;
  let application: TestContainer | undefined;

  beforeAll(async () => {
    pawl = await startPawl();
  });
  afterAll(async () => {
    await application?.remove();
    await pawl.stop();
  });

  it(
    'of a service and of the host are saved while they are written to, and restored while the service is stopped',
    async () => {
      const project = uniqueName('project');
      const stack = await ProtectedStack.create(pawl, {
        protect: {
          bank: { engine: 'sqlite', service: 'webui', path: '/app/data/app.db' },
          notes: { engine: 'sqlite', path: './notes.db' },
        },
        more: { compose: { project } },
      });
      const data = join(stack.folder, 'data');
      await mkdir(data);
      const bank = join(data, 'app.db');
      const notes = join(stack.folder, 'notes.db');
      seedBank(bank, { wal: true, megabytes: 5 });
      sqlite(notes, "CREATE TABLE note (text); INSERT INTO note VALUES ('kept');");
      application = await startService({
        ...{ project, service: 'webui', hostConfig: { Binds: [`${data}:/app/data`] } },
        command: ['sh', '-c', 'exec 3<>/app/data/app.db; exec sleep 3600'],
      });
      const writer = startWriter(bank, 100);
      await stack.mustBackUp().finally(() => writer.stop());
      const written = sqlite(bank, 'SELECT count(*) FROM transfer').trim();
      sqlite(bank, 'DELETE FROM account;');
      sqlite(notes, 'DROP TABLE note;');
      const { State: before } = await application.container.inspect();

      const planned = await stack.cli('restore', '-n');
      expect(planned.stdout).toContain('Service webui is stopped while');
      const { code, run = '', outcome } = await stack.restore();

      expect(code).toBe(0);
      expect(brokenPromises(bank)).toEqual([]);
      const restored = sqlite(bank, 'SELECT count(*) FROM transfer').trim();
      expect(Number(restored)).toBeGreaterThan(0);
      expect(Number(restored)).toBeLessThanOrEqual(Number(written));
      expect(sqlite(notes, 'SELECT text FROM note')).toBe('kept\n');
      expect(JSON.stringify(outcome)).toMatch(/Service webui was stopped for \d/);
      const { State: after } = await application.container.inspect();
      expect(after.Running).toBe(true);
      expect(after.StartedAt).not.toBe(before.StartedAt);
      expect(await readdir(data)).toContain(`app.db_before_${run.split('/')[1] ?? ''}`);
      expect((await stack.cli('restore', 'confirm', run, '-y')).code).toBe(0);
      expect((await readdir(data)).filter((name) => !/-(wal|shm)$/.test(name))).toEqual(['app.db']);
    },
    PATIENCE_MILLISECONDS,
  );
});
