import { ID_PREFIXES } from '../../../workflows/model/id-prefixes';
import { problemsOf, withLines, withProtect } from './stack-texts';

const NAME_RULE =
  'must be 1 to 63 lower-case letters, digits, `.`, `_` or `-`, and begin with a letter or a digit';
const DURATIONS = 'a number from 1 to 99999 and a unit: `30s`, `15m`, `4h`, `7d` or `2w`';
const SECRET =
  'must say where the secret is: `{env: NAME}`, `{file: /path/of/a/file}` or `{command: [program, argument]}`';

/** What is wrong, the file, and every problem that must be told: no more, no fewer. */
type Case = readonly [title: string, text: string, problems: readonly string[]];

describe('a stack file is refused', () => {
  const cases: readonly Case[] = [
    [
      'when it is empty',
      '',
      ['1:1: is empty; a stack file needs `stack`, `repository`, `protect`'],
    ],
    [
      'when it holds comments only',
      '# nothing\n',
      ['1:1: is empty; a stack file needs `stack`, `repository`, `protect`'],
    ],
    ['when it is text', 'melvin\n', ['1:1: must be a map of keys and values, not `melvin`']],
    ['when it is a list', '- a\n', ['1:1: must be a map of keys and values, not a list']],
    [
      'when all its required keys are missing',
      '{}\n',
      [
        '1:1 stack: is missing: Name of the stack',
        '1:1 repository: is missing: Where recovery points are kept: a restic repository',
        '1:1 protect: is missing: What a recovery point holds: a name of your choice for each database or folder',
      ],
    ],
    [
      'for a key that no one knows',
      withLines('hosst: nas'),
      ['7:1 hosst: unknown key; did you mean `host`?'],
    ],
    [
      'for a key that is like none, with those that are known',
      withLines('restore: {forever: true}'),
      ['7:11 restore.forever: unknown key; known here: `keepReplaced`'],
    ],
    [
      'for a key that stands twice',
      withLines('host: local', 'host: local'),
      ['8:1 host: this key stands here a second time; the first is on line 7'],
    ],
    ['for a key without a value', withLines('host:'), ['7:1 host: has no value; it must be text']],
    ['for a key that is a list', withLines('[a, b]: c'), ['7:1: a key must be text']],
    [
      'for a key that would change every object',
      withLines('__proto__: {a: b}'),
      ['7:1 __proto__: `__proto__` cannot be a key'],
    ],
    [
      'for a merge key',
      withProtect('a: &a {engine: files, path: x}', 'b: {<<: *a, path: y}'),
      [
        '7:3 protect.b.engine: is missing; it must be one of `postgres`, `mongodb`, `sqlite`, `files`',
        '7:7 protect.b.<<: merge keys are not part of YAML 1.2; write the keys out',
      ],
    ],
    [
      'for a number where text belongs',
      withProtect('a: {engine: postgres, service: db, database: 0x10}'),
      [
        "6:48 protect.a.database: must be text, or the map `{all: true}`, not `0x10`; write `'0x10'`",
      ],
    ],
    [
      'for text where a list belongs',
      withProtect("a: {engine: files, path: data, exclude: '*.tmp'}"),
      [
        "6:43 protect.a.exclude: must be a list, such as `[one, two]`, not `'*.tmp'`; write `['*.tmp']`",
      ],
    ],
    [
      'for text where a boolean belongs',
      withProtect('a: {engine: postgres, service: db, database: a, digests: yes}'),
      ['6:60 protect.a.digests: must be `true` or `false`, not `yes`'],
    ],
    [
      'for a map where text belongs',
      withLines('host: {name: nas}'),
      ['7:1 host: must be text, not a map'],
    ],
    [
      'for an engine with a slip in it',
      withProtect('a: {engine: postgresql, service: db, database: a}'),
      ['6:15 protect.a.engine: `postgresql` is not known here; did you mean `postgres`?'],
    ],
    [
      'for an engine that is like none',
      withProtect('a: {engine: oracle, service: db, database: a}'),
      [
        '6:15 protect.a.engine: `oracle` is not known here; known here: `postgres`, `mongodb`, `sqlite`, `files`',
      ],
    ],
    [
      'for an entry without an engine',
      withProtect('a: {path: data}'),
      [
        '6:3 protect.a.engine: is missing; it must be one of `postgres`, `mongodb`, `sqlite`, `files`',
      ],
    ],
    [
      'for an entry without a value',
      withProtect('a:'),
      ['6:3 protect.a: has no value; it must be a map of keys and values'],
    ],
    [
      'when nothing is protected',
      withProtect(),
      [
        '5:1 protect: has no value; it must be a map of names and values',
        '5:1 protect: must name at least one database or folder',
      ],
    ],
    [
      'for a database with neither service nor address',
      withProtect('a: {engine: postgres, database: a}'),
      ['6:3 protect.a: needs `service: NAME` or `address: {host: …, port: …}`'],
    ],
    [
      'for a database with both service and address',
      withProtect('a: {engine: mongodb, service: db, address: {host: db, port: 1}, database: a}'),
      [
        '6:37 protect.a.address: stands beside `service`; keep one of them (an overlay takes the other away with `null`)',
      ],
    ],
    [
      'for a port that is none',
      withProtect('a: {engine: postgres, address: {host: db, port: 70000}, database: a}'),
      ['6:51 protect.a.address.port: must be from 1 to 65535'],
    ],
    [
      'for a port in quotes',
      withProtect("a: {engine: postgres, address: {host: db, port: '5432'}, database: a}"),
      ["6:51 protect.a.address.port: must be a number, not `'5432'`"],
    ],
    [
      'for a server with a shell command for a name',
      withProtect(
        'a: {engine: postgres, address: {host: "-oProxyCommand=x", port: 1}, database: a}',
      ),
      [
        '6:41 protect.a.address.host: must be a host name, an IP address (IPv6 without brackets) or the absolute folder of a socket',
      ],
    ],
    [
      'for a socket of MongoDB',
      withProtect('a: {engine: mongodb, address: {host: /tmp, port: 1}, database: a}'),
      ['6:40 protect.a.address.host: must be a host name or an IP address for MongoDB'],
    ],
    [
      'for `all: false`',
      withProtect('a: {engine: postgres, service: db, database: {all: false}}'),
      ['6:54 protect.a.database.all: must be `true`, not `false`'],
    ],
    [
      'for a database name that PostgreSQL would cut',
      withProtect(`a: {engine: postgres, service: db, database: ${'ä'.repeat(40)}}`),
      ["6:48 protect.a.database: has 80 bytes; a database's name has at most 63"],
    ],
    [
      'for a search path that is written as one text',
      withProtect(
        'a: {engine: postgres, service: db, database: a, restore: {searchPath: ["a, b", a, a]}}',
      ),
      [
        '6:74 protect.a.restore.searchPath[0]: must be the name of one schema, without quotes; write the next as a further item',
        '6:85 protect.a.restore.searchPath[2]: is there already',
      ],
    ],
    [
      'for a search path of no schema',
      withProtect('a: {engine: postgres, service: db, database: a, restore: {searchPath: []}}'),
      ['6:73 protect.a.restore.searchPath: must name at least one schema'],
    ],
    [
      'for a database name that MongoDB does not allow',
      withProtect('a: {engine: mongodb, service: db, database: a.b}'),
      [
        '6:47 protect.a.database: holds one of `/`, `\\`, `.`, `"`, `$` or a space, which MongoDB does not allow',
      ],
    ],
    [
      'for a user of MongoDB without a password',
      withProtect('a: {engine: mongodb, service: db, database: a, user: u}'),
      ['6:50 protect.a.user: needs `password` too'],
    ],
    [
      'for a database that two entries name',
      withProtect(
        'a: {engine: postgres, service: db, database: x}',
        'b: {engine: postgres, service: db, database: {all: true}}',
      ),
      ['7:38 protect.b.database: is part of `a` already; a database belongs to one entry'],
    ],
    [
      'for folders that overlap',
      withProtect('a: {engine: files, path: ./data}', 'b: {engine: files, path: data/x/../y}'),
      [
        '7:28 protect.b.path: overlaps with the folder of `a`; a restore of one would replace files of the other',
      ],
    ],
    [
      'for a database file that two entries have',
      withProtect('a: {engine: sqlite, path: ./app.db}', 'b: {engine: sqlite, path: x/../app.db}'),
      ['7:29 protect.b.path: is the database of `a` already'],
    ],
    [
      'for a relative database file in a service',
      withProtect('a: {engine: sqlite, service: api, path: app.db}'),
      ['6:43 protect.a.path: must be absolute, since it is a file in a container'],
    ],
    [
      'for a relative folder in a service',
      withProtect('a: {engine: files, service: api, path: models}'),
      ['6:42 protect.a.path: must be absolute, since it is a folder in a container'],
    ],
    [
      'for a folder that only a shell understands',
      withProtect('a: {engine: files, path: ~/data}'),
      ['6:28 protect.a.path: `~` is not expanded; write the whole path'],
    ],
    [
      'for another host without a directory',
      withLines('host: nas'),
      ['7:1 host: needs `directory` too: the folder of the project on that host'],
    ],
    [
      'for another host with a relative directory',
      withLines('host: nas', 'directory: melvin'),
      ['8:12 directory: must be absolute, since it is a folder on another host'],
    ],
    [
      'for a duration without a unit',
      withLines('limits: {stall: 300}'),
      [`7:17 limits.stall: must be ${DURATIONS}, not \`300\``],
    ],
    [
      'for a duration with an unknown unit',
      withLines('limits: {stall: 5min}'),
      [`7:17 limits.stall: must be ${DURATIONS}`],
    ],
    [
      'for limits in the wrong order',
      withLines('limits: {heartbeat: 10m, deadline: 1m}'),
      [
        '7:1 limits.stall: must not be longer than `deadline`',
        '7:21 limits.heartbeat: must not be longer than `stall`',
      ],
    ],
    [
      'for a project name that Compose would refuse',
      withLines('compose: {project: Melvin}'),
      ['7:20 compose.project: must be lower-case letters, digits, `_` or `-`, as Compose demands'],
    ],
    [
      'for an alias without an anchor',
      withLines('host: *nas'),
      ['7:7 host: there is no anchor `&nas` before this alias'],
    ],
    [
      'for a second document',
      `${withLines()}---\nstack: other\n`,
      ['7:1: a stack file holds one document; remove this `---` and what follows'],
    ],
    ['for a tag', withLines('host: !nas x'), ['7:7: not valid YAML: Unresolved tag: !nas']],
    [
      'for a NUL in a name',
      withProtect('a: {engine: files, path: "a\\0b"}'),
      ['6:28 protect.a.path: holds a NUL character or half of a surrogate pair'],
    ],
  ];

  it.each(cases)('%s', (_title, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  describe('for a secret in the wrong place', () => {
    const secrets: readonly Case[] = [
      [
        'when the password itself stands there',
        withLines().replace('{env: BACKUP_PASSWORD}', 'hunter2'),
        [`4:13 repository.password: ${SECRET}`],
      ],
      [
        'when the password is a number',
        withLines().replace('{env: BACKUP_PASSWORD}', '4711'),
        [`4:13 repository.password: ${SECRET}`],
      ],
      [
        'when two references stand there',
        withLines().replace('{env: BACKUP_PASSWORD}', '{env: A, file: /b}'),
        [`4:3 repository.password: ${SECRET}; exactly one of them`],
      ],
      [
        'when no reference stands there',
        withLines().replace('{env: BACKUP_PASSWORD}', '{}'),
        [`4:3 repository.password: ${SECRET}; exactly one of them`],
      ],
      [
        'when a command is one text',
        withLines().replace('{env: BACKUP_PASSWORD}', '{command: pass show}'),
        ['4:23 repository.password.command: must be a list, such as `[one, two]`'],
      ],
      [
        'when it is in the URL',
        withLines().replace('/srv/backup/melvin', 'rest:https://u:hunter2@nas/'),
        [
          '3:8 repository.url: must not hold a password; write `environment: {RESTIC_REST_USERNAME: …, ' +
            'RESTIC_REST_PASSWORD: …}` with references such as `{env: NAME}`',
        ],
      ],
      [
        "when restic's own variable would give it",
        withLines().replace(
          '  password:',
          '  environment: {RESTIC_PASSWORD_FILE: {env: A}}\n  password:',
        ),
        ['4:17 repository.environment.RESTIC_PASSWORD_FILE: is set by pawl itself; remove it'],
      ],
      ...['AWS_SECRET_ACCESS_KEY', 'B2_ACCOUNT_KEY', 'RESTIC_REST_PASSWORD', 'NEW_TOKEN'].map(
        (name): Case => [
          `when ${name} itself stands in the environment`,
          withLines().replace('  password:', `  environment: {${name}: hunter2}\n  password:`),
          [`4:${19 + name.length} repository.environment.${name}: may be a secret, and ${SECRET}`],
        ],
      ),
      [
        'when a variable that may be plain holds a password',
        withLines().replace(
          '  password:',
          '  environment: {HTTPS_PROXY: "http://u:hunter2@proxy"}\n  password:',
        ),
        [
          '4:30 repository.environment.HTTPS_PROXY: must not hold a password; write where the whole value is, ' +
            'such as `{env: NAME}`',
        ],
      ],
    ];

    it.each(secrets)('%s', (_title, text, problems) => {
      expect(problemsOf(text)).toEqual(problems);
    });
  });

  describe('for a hostile name', () => {
    const names = ['a; rm -rf /', '../..', 'x'.repeat(200), '🙂', 'a/b', '-rf', '.', 'A', 'a\nb'];

    it.each(names)('of the stack: %j', (name) => {
      const text = withLines().replace('stack: melvin', `stack: ${JSON.stringify(name)}`);
      expect(problemsOf(text)).toEqual([`1:8 stack: ${NAME_RULE}`]);
    });

    it.each(names)('of an entry: %j', (name) => {
      const text = withProtect(`${JSON.stringify(name)}: {engine: files, path: a}`);
      expect(problemsOf(text).join('\n')).toContain(`the name ${NAME_RULE}`);
      expect(problemsOf(text)[0]).toMatch(/^6:3 protect\./);
    });

    it.each([...ID_PREFIXES])('that is reserved: %s', (name) => {
      const text = withLines().replace('stack: melvin', `stack: ${name}`);
      expect(problemsOf(text)).toEqual([
        '1:8 stack: is a name that pawl uses itself; choose another',
      ]);
    });
  });
});
