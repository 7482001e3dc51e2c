import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadStackFile } from '../../../stack-file/load';
import { read, withLines, withProtect } from './stack-texts';

const fixtures = join(__dirname, '../../fixtures/stack-files');

describe('a stack file that is in order', () => {
  it('becomes a description with every key in its place', () => {
    expect(loadStackFile({ file: 'pawl.yaml', cwd: fixtures })).toEqual({
      name: 'melvin',
      host: 'local',
      directory: '/opt/melvin',
      compose: { files: ['compose.yaml'], project: 'melvin' },
      repository: {
        url: '/srv/backup/melvin',
        password: { file: '/etc/pawl/melvin.key' },
        initialise: false,
        environment: {},
      },
      protect: [
        {
          name: 'accounts',
          engine: 'postgres',
          reach: { service: 'postgres' },
          database: 'melvin',
          digests: true,
        },
        {
          name: 'reports',
          engine: 'postgres',
          reach: { address: { host: '127.0.0.1', port: 8004 } },
          database: 'reports',
          user: 'pawl',
          password: { env: 'REPORTS_PASSWORD' },
          digests: true,
        },
        { name: 'uploads', engine: 'files', path: './data/uploads', exclude: ['*.tmp'] },
        { name: 'events', engine: 'mongodb', reach: { service: 'mongodb' }, database: 'melvin' },
        { name: 'models', engine: 'files', service: 'api', path: '/models', exclude: [] },
      ],
      limits: { heartbeatSeconds: 10, stallSeconds: 300, deadlineSeconds: 86_400 },
      restore: { keepReplacedSeconds: 604_800 },
    });
  });

  it('gets its own folder for a directory, and no Compose project when no service is named', () => {
    const { description } = read(withLines());
    expect(description.directory).toBe('/project');
    expect(description).not.toHaveProperty('compose');
  });

  it("belongs to Compose's default project when it names a service without `compose`", () => {
    const { description } = read(withProtect('a: {engine: mongodb, service: db, database: a}'));
    expect(description.compose).toEqual({ files: [] });
  });

  it('tells a folder which databases in it are entries of their own', () => {
    const { description } = read(
      withProtect(
        'data: {engine: files, service: api, path: /data/}',
        'here: {engine: files, path: .}',
        'chats: {engine: sqlite, service: api, path: /data/x/../sub/app.db}',
        'notes: {engine: sqlite, path: ./notes.db, digests: false}',
        'above: {engine: sqlite, path: ../above.db}',
        'other: {engine: sqlite, service: web, path: /data/app.db}',
      ),
    );
    expect(description.protect.slice(0, 4)).toEqual([
      { ...folderOf('data', '/data/'), service: 'api', databases: ['sub/app.db'] },
      { ...folderOf('here', '.'), databases: ['notes.db'] },
      {
        ...{ name: 'chats', engine: 'sqlite', service: 'api', digests: true },
        path: '/data/x/../sub/app.db',
      },
      { name: 'notes', engine: 'sqlite', path: './notes.db', digests: false },
    ]);
  });

  it('may say the value itself of a variable of restic that is no secret', () => {
    const environment =
      '  environment: {RESTIC_CACERT: /etc/ca.pem, RESTIC_PACK_SIZE: 64, AWS_SECRET_ACCESS_KEY: {env: KEY}}\n  password:';
    const { description } = read(withLines().replace('  password:', environment));
    expect(description.repository.environment).toEqual({
      RESTIC_CACERT: { plain: '/etc/ca.pem' },
      RESTIC_PACK_SIZE: { plain: '64' },
      AWS_SECRET_ACCESS_KEY: { env: 'KEY' },
    });
  });

  it('takes a relative directory as relative to its own folder', () => {
    expect(read(withLines('directory: ../melvin')).description.directory).toBe('/melvin');
  });

  it('keeps a directory of another host as it is', () => {
    const { description } = read(withLines('host: nas', 'directory: /volume1/melvin'));
    expect(description).toMatchObject({ host: 'nas', directory: '/volume1/melvin' });
  });

  it.each(['we"ird; --', 'naïve 🙂', '-x', ' ', "'", 'a\nb', '${HOME}', '$(reboot)', 'true', '42'])(
    'keeps the database name %j to the letter',
    (database) => {
      const entry = `a: {engine: postgres, service: db, database: ${JSON.stringify(database)}}`;
      expect(read(withProtect(entry)).description.protect[0]).toMatchObject({ database });
    },
  );

  it('protects every database of a server with `{all: true}`', () => {
    const { description } = read(
      withProtect('a: {engine: postgres, service: db, database: {all: true}}'),
    );
    expect(description.protect[0]).toMatchObject({ database: { all: true } });
  });

  it('reaches PostgreSQL by the folder of its socket, and servers by IPv6', () => {
    const { description } = read(
      withProtect(
        'a: {engine: postgres, address: {host: /run/postgresql, port: 5432}, database: a}',
        'b: {engine: mongodb, address: {host: "::1", port: 27017}, database: a}',
      ),
    );
    expect(description.protect).toMatchObject([
      { reach: { address: { host: '/run/postgresql', port: 5432 } } },
      { reach: { address: { host: '::1', port: 27017 } } },
    ]);
  });

  it('follows aliases, each to the nearest anchor of its name before it', () => {
    const { description } = read(
      withProtect(
        'a: {engine: files, path: &p x}',
        'b: {engine: files, path: &p y, service: &s api}'.replace('y', '/y'),
        'c: {engine: files, path: *p, service: db}',
      ),
    );
    expect(description.protect[2]).toMatchObject({ path: '/y' });
  });

  it('reads a file with a byte order mark, Windows line ends and no line break at its end', () => {
    const text = withLines('host: local').trimEnd().replaceAll('\n', '\r\n');
    expect(read(text).description.host).toBe('local');
  });

  it('reads `yes` as text even where the file claims to be YAML 1.1', () => {
    const text = `%YAML 1.1\n---\n${withLines('host: yes', 'directory: /x')}`;
    expect(read(text).description.host).toBe('yes');
  });

  it.each([
    ['1s', 1],
    ['90m', 5400],
    ['36h', 129_600],
    ['2w', 1_209_600],
  ])('takes %s as %i seconds', (duration, seconds) => {
    const { description } = read(withLines(`restore: {keepReplaced: ${duration}}`));
    expect(description.restore.keepReplacedSeconds).toBe(seconds);
  });

  it('reads the examples of its documentation', () => {
    const document = readFileSync(join(__dirname, '../../../docs/stack-file.md'), 'utf8');
    const examples = [...document.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '');
    const [full = '', smallest = ''] = examples;
    const of = (beginning: string): string => {
      const [example = 'none', ...others] = examples.filter((one) => one.startsWith(beginning));
      expect(others).toEqual([]);
      return example;
    };
    const withOf = (...keys: readonly string[]) =>
      read(full + keys.map((key) => of(`${key}:`)).join('')).description;

    expect(read(full).description.protect).toHaveLength(6);
    expect(read(smallest).description.protect).toHaveLength(1);
    const protect = smallest.slice(smallest.indexOf('protect:'));
    const { description } = read(`stack: melvin\n${of('repository:')}${protect}`);
    expect(Object.keys(description.repository.environment)).toHaveLength(3);
    expect(withOf('copies').copies).toHaveLength(2);
    expect(withOf('deploy').deploy?.services).toHaveLength(2);
    expect(withOf('deploy', 'edge').edge?.sites).toHaveLength(3);
    expect(withOf('drill').drill?.assert).toHaveLength(2);
    expect(withOf('schedule').schedule).toHaveLength(1);
    expect(withOf('keep').keep).toMatchObject({ daily: 7, maxBytes: 300e9 });
    expect(withOf('freeze').freeze).toHaveLength(3);
    expect(withOf('notify').notify).toHaveLength(4);
    expect(withOf('notify', 'freshness').freshness).toBeDefined();
    expect(withOf('approvals').approvals).toHaveProperty('deploy');
    expect(read(full, of('# pawl.staging.yaml')).description.protect).toHaveLength(5);
  });
});

function folderOf(name: string, path: string) {
  return { name, engine: 'files', path, exclude: [] };
}
