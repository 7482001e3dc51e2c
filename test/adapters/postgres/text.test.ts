import * as fc from 'fast-check';
import { applicationName } from '../../../activities/adapters/engines/postgres/connect/application-name';
import { settingValue } from '../../../activities/adapters/engines/postgres/restore/database-properties';
import {
  kindOfState,
  kindOfText,
} from '../../../activities/adapters/engines/postgres/failure-kind';
import { clientProgramsOnHost } from '../../../activities/adapters/engines/postgres/connect/find-client-program';
import { missingGlobals } from '../../../activities/adapters/engines/postgres/restore/globals-statements';
import { connectionString } from '../../../activities/adapters/engines/postgres/connect/quoting';
import { splitStatements } from '../../../activities/adapters/engines/postgres/restore/split-statements';
import { dumpArguments } from '../../../activities/adapters/engines/postgres/commands';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { CommandRunner } from '../../../activities/ports/command-runner';

describe('PostgreSQL, as text', () => {
  it('escapes what a connection string would take for its own', () => {
    expect(connectionString({ dbname: String.raw`a'b\c d=e`, user: '' })).toBe(
      String.raw`dbname='a\'b\\c d=e' user=''`,
    );
  });

  it('gives each owner an application name that PostgreSQL neither cuts nor changes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        const [name, otherName] = [applicationName(one), applicationName(other)];
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
        expect(name).toMatch(/^[ -~]*$/);
        expect(name === otherName).toBe(one === other);
      }),
    );
    expect(applicationName('pawl:run:dump accounts')).toBe('pawl:run:dump accounts');
  });

  it('names the kind of a failure by its SQLSTATE, else by what a program printed', () => {
    expect(kindOfState('28P01')).toBe('CredentialsRejected');
    expect(kindOfState('3D000')).toBe('PreconditionFailed');
    expect(kindOfState('57P01')).toBe('ServiceUnavailable');
    expect(kindOfState('55P03')).toBe('ResourceBusy');
    expect(kindOfState('22012')).toBe('CommandFailed');
    expect(kindOfText('FATAL:  database "a\nb" does not exist')).toBe('PreconditionFailed');
    expect(
      kindOfText('connection to server at "::1" failed: FATAL:  password authentication failed'),
    ).toBe('CredentialsRejected');
    expect(kindOfText('connection to server at "::1" failed: Connection refused')).toBe(
      'ServiceUnavailable',
    );
    expect(kindOfText('division by zero')).toBe('CommandFailed');
  });

  it('asks pg_dump for an uncompressed archive at the snapshot', () => {
    expect(dumpArguments("dbname='x'", { snapshotId: '00-1', lockWaitMilliseconds: 500 })).toEqual([
      '--format=custom',
      '--compress=0',
      '--no-password',
      '--lock-wait-timeout=500',
      '--snapshot=00-1',
      "--dbname=dbname='x'",
    ]);
  });

  it('splits SQL at semicolons that end a statement, and at no others', () => {
    const sql = `-- a; comment\n\\restrict x\nCREATE ROLE "a;""b";\nCOMMENT ON ROLE x IS E'it\\'s; -- \\\\';\nSET x = 'a'';b';\n\\unrestrict x\n`;
    expect(splitStatements(sql)).toEqual([
      'CREATE ROLE "a;""b"',
      `COMMENT ON ROLE x IS E'it\\'s; -- \\\\'`,
      `SET x = 'a'';b'`,
    ]);
  });

  it('takes from the globals what the server has not', () => {
    const sql = [
      'CREATE ROLE old;',
      'ALTER ROLE old WITH SUPERUSER;',
      'CREATE ROLE "ne""w";',
      'ALTER ROLE "ne""w" WITH NOLOGIN;',
      'GRANT old TO "ne""w" WITH INHERIT TRUE GRANTED BY old;',
      'GRANT old TO old;',
      `CREATE TABLESPACE fast OWNER old LOCATION '/x';`,
      `CREATE TABLESPACE slow OWNER old LOCATION '/y';`,
      'GRANT ALL ON TABLESPACE fast TO old;',
    ].join('\n');
    const present = { roles: new Set(['old']), tablespaces: new Set(['slow']) };
    expect(missingGlobals(sql, present)).toEqual({
      roles: [
        'CREATE ROLE "ne""w"',
        'ALTER ROLE "ne""w" WITH NOLOGIN',
        'GRANT old TO "ne""w" WITH INHERIT TRUE GRANTED BY old',
      ],
      tablespaces: [`CREATE TABLESPACE fast OWNER old LOCATION '/x'`],
      tablespaceProperties: ['GRANT ALL ON TABLESPACE fast TO old'],
    });
  });

  it('writes a stored setting as it was', () => {
    expect(settingValue('work_mem', '7MB')).toBe(`'7MB'`);
    expect(settingValue('search_path', '"$user", "a, ""b", public')).toBe(
      `'$user', 'a, "b', 'public'`,
    );
    expect(settingValue('search_path', '')).toBe(`''`);
  });

  it('chooses the lowest client program that is new enough', async () => {
    const find = clientProgramsOnHost(withVersion('18.1'));
    await expect(find('pg_dump', 17)).resolves.toMatch(/pg_dump$/);
    await expect(find('pg_dump', 19)).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringMatching(/PostgreSQL 19.*\(18\)/) as unknown,
    });
  });
});

/** A host whose programs all say that they are of one version. */
function withVersion(version: string): CommandRunner {
  return {
    ...hostRunner,
    run: async (argv, options) => ({
      ...(await hostRunner.run(['true'], options)),
      stdout: `${argv[0] ?? ''} (PostgreSQL) ${version} (Debian ${version}-1)\n`,
    }),
  };
}
