import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startFerretdb, type FerretdbServer } from '../support/ferretdb-server';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { startPostgres, type PostgresServer } from '../support/postgres-server';
import { describeWith } from '../support/requirements';
import { makeDatabase, postgresEntry } from './support/databases';
import { exportHistories } from './support/export-histories';
import { makeFolder } from './support/folders';
import { ProtectedStack } from './support/protected-stack';
import { filesBelow, findIn, formsOf, type Evidence } from './support/secret-forms';
import { watchCommandLines } from './support/watch-command-lines';

const SECRETS = {
  repository: `rep0-s/sentinel?a=b&c+d "quoted" \\ ü%41`,
  database: `pg-s3nt/inel@host:5432/x?y=z 'it\\s' #%2F+`,
  wrong: 'wr0ng-sentinel/+= password',
  mongodb: 'm0ngo:sentinel@/%40 x',
} as const;

/** No secret: it shows that what is looked through is what the runs left. */
const PLANTED = 'planted_marker';

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'secrets', () => {
  let pawl: PawlEnvironment;
  let server: PostgresServer;
  let documents: FerretdbServer;
  /** Where the secrets themselves are: nothing else may be here. */
  let vault: string;
  let evidence: Evidence;
  let exitCodes: readonly (number | null)[];

  beforeAll(async () => {
    vault = await mkdtemp(join(tmpdir(), 'pawl-vault-'));
    for (const [name, secret] of Object.entries(SECRETS))
      await writeFile(join(vault, name), secret);
    [server, documents] = await Promise.all([startPostgres(), startFerretdb()]);
    const literal = SECRETS.database.replaceAll("'", "''");
    await server.query(`create role sentinel superuser login password '${literal}'`);
    await makeDatabase(server, PLANTED);
    const env = { SENTINEL_DATABASE: SECRETS.database, SENTINEL_MONGODB: SECRETS.mongodb };
    pawl = await startPawl({ env });
    const commandLines = watchCommandLines();
    const { texts, codes } = await runGoodAndBad();
    exitCodes = codes;
    evidence = new Map([
      ['command lines', Buffer.from(await commandLines.stop())],
      ['output of the command line', Buffer.from(texts.join('\n'))],
      ['histories', Buffer.from(await exportHistories(pawl.temporal.address))],
      ...(await filesBelow(dirname(pawl.temporal.clientConfig))),
      ...(await filesBelow(pawl.directory)),
    ]);
  }, 240_000);

  afterAll(async () => {
    await Promise.all([pawl.stop(), server.stop(), documents.stop()]);
    await rm(vault, { recursive: true });
  });

  it('are there in good and in failing runs', () => {
    expect(exitCodes).toEqual([0, 0, 7, 7, 7, 7]);
  });

  it.each(Object.entries(SECRETS))('of the %s show nowhere', (_name, secret) => {
    expect(findIn(evidence, secret)).toEqual([]);
  });

  it('would have been found', () => {
    const origins = findIn(evidence, PLANTED).map((found) => found.split(':')[0]);
    for (const origin of ['command lines', 'output of the command line', 'histories']) {
      expect(origins).toContain(origin);
    }
    const files = [...evidence.keys()];
    expect(files).toContain(join(pawl.directory, 'worker.log'));
    // What is no secret is sealed there too.
    expect(files.filter((file) => file.endsWith('/temporal.db'))).toHaveLength(1);
    expect(origins.filter((origin) => origin?.includes('temporal.db'))).toEqual([]);
  });

  it('would have been found in any encoding, wherever they begin in what was encoded', () => {
    const secret = SECRETS.database;
    for (const before of ['', '1', '12', '123']) {
      const text = Buffer.from(`${before}${secret} and more`).toString('base64');
      expect(formsOf(secret).some((form) => text.includes(form))).toBe(true);
    }
    const url = new Map([['url', Buffer.from(`postgres://u:${encodeURIComponent(secret)}@h`)]]);
    expect(findIn(url, secret)).toHaveLength(1);
  });

  async function runGoodAndBad() {
    const stack = await ProtectedStack.create(pawl, {
      protect: protect(),
      withoutRepository: true,
    });
    await makeFolder(join(stack.folder, 'uploads'));
    const password = { command: ['cat', join(vault, 'repository')] };
    const wrong = { file: join(vault, 'wrong') };
    const texts: string[] = [];
    const attempt = async (...argv: readonly string[]): Promise<number | null> => {
      const { code, stdout, stderr } = await stack.cli(...argv, '-v', '--json');
      texts.push(stdout, stderr);
      return code;
    };
    const restore = ['restore', `--confirm=${stack.name}`] as const;
    await stack.describe({ protect: protect(), password });
    const codes = [await attempt('backup', '--init'), await attempt(...restore)];
    await stack.describe({ protect: protect(wrong), password });
    codes.push(await attempt('backup'));
    await stack.describe({ protect: protect(), password: wrong });
    codes.push(await attempt(...restore));
    await stack.describe({ protect: withDocuments(), password });
    codes.push(await attempt('backup', 'documents'));
    await stack.describe({ protect: protect({ env: 'NOT_THERE' }), password });
    codes.push(await attempt('backup'));
    for (const look of ['config show', 'doctor', 'status', 'runs'])
      await attempt(...look.split(' '));
    for (const number of [1, 2, 3, 4, 5]) await attempt('logs', `${stack.name}/${number}`);
    return { texts, codes };
  }

  function protect(password: object = { env: 'SENTINEL_DATABASE' }) {
    const notes = { ...postgresEntry(server, PLANTED), user: 'sentinel', password };
    return { notes, uploads: { engine: 'files', path: './uploads' } };
  }

  /** A server that knows no such user. */
  function withDocuments() {
    const address = { host: documents.host, port: documents.port };
    const access = { user: 'sentinel', password: { env: 'SENTINEL_MONGODB' } };
    return { documents: { engine: 'mongodb', address, database: PLANTED, ...access } };
  }
});
