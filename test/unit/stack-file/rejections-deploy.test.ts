import { failure, problemsOf, withLines } from './stack-texts';

/** What is wrong, lines from line 7 on, and every problem that must be told: no more, no fewer. */
type Case = readonly [title: string, lines: readonly string[], problems: readonly string[]];

const API = 'deploy: {api: {strategy: switch, port: 8000, ready: {http: /}}}';
const WORKER = 'deploy: {worker: {strategy: recreate}}';
const DURATIONS = 'a number from 1 to 99999 and a unit: `30s`, `15m`, `4h`, `7d` or `2w`';
const GATE = 'must be one check: `{run: …}`, `{scan: …}`, `{http: …}` or `{sql: …}`';
const ONE_DATABASE =
  'must be an entry of `protect` that is one database of PostgreSQL (`engine: postgres`, `database: NAME`)';

function api(keys: string): readonly string[] {
  return [`deploy: {api: {strategy: switch, port: 8000, ready: {http: /}, ${keys}}}`];
}

describe('a stack file is refused', () => {
  const cases: readonly Case[] = [
    [
      'for `gates`, `migrations` and `release` without `deploy`',
      ['gates: {}', 'migrations: {service: api, run: [a]}', 'release: {keep: 2}'],
      [
        '7:1 gates: needs `deploy` too: the services that a release releases',
        '8:1 migrations: needs `deploy` too: the services that a release releases',
        '9:1 release: needs `deploy` too: the services that a release releases',
      ],
    ],
    ['for a release of nothing', ['deploy: {}'], ['7:1 deploy: must name at least one service']],
    [
      'for a strategy that there is not',
      ['deploy: {api: {strategy: canary}}'],
      [
        '7:26 deploy.api.strategy: `canary` is not known here; known here: `switch`, `rolling`, `recreate`',
      ],
    ],
    [
      'for a service without a strategy',
      ['deploy: {api: {port: 8000}}'],
      ['7:10 deploy.api.strategy: is missing; it must be one of `switch`, `rolling`, `recreate`'],
    ],
    [
      'for a switch without port and path',
      ['deploy: {api: {strategy: switch}}'],
      [
        '7:10 deploy.api.port: is missing: Port that the service listens on in its container; the switch takes its place',
        '7:10 deploy.api.ready: is missing: When a new slot may get requests',
      ],
    ],
    [
      'for what only a switch can',
      ['deploy: {api: {strategy: recreate, drainSeconds: 5, canary: {steps: [5%]}, keepOld: 1m}}'],
      [
        '7:36 deploy.api.drainSeconds: belongs to `strategy: switch | rolling`',
        '7:53 deploy.api.canary: belongs to `strategy: switch | rolling`',
        '7:76 deploy.api.keepOld: belongs to `strategy: switch`',
      ],
    ],
    [
      'for what a slot has that is not replaced container by container',
      [
        'deploy: {api: {strategy: rolling, port: 1, ready: {http: /}, keepOld: 1m, canary: {steps: [5%]}}}',
      ],
      [
        '7:62 deploy.api.keepOld: belongs to `strategy: switch`',
        '7:84 deploy.api.canary.steps: belongs to `strategy: switch`',
      ],
    ],
    [
      'for a slip in what judges a container',
      ['deploy: {api: {strategy: rolling, port: 1, ready: {http: /}, canary: {minRequest: 5}}}'],
      ['7:71 deploy.api.canary.minRequest: unknown key; did you mean `minRequests`?'],
    ],
    [
      'for a service with the name of a slot of one that is rolled',
      [
        'deploy: {api: {strategy: rolling, port: 1, ready: {http: /}}, api-blue: {strategy: recreate}}',
      ],
      ['7:63 deploy.api-blue: is what a slot of `api` will be called; rename one of them'],
    ],
    [
      'for what only a service without a switch can',
      api('stopSeconds: 5'),
      ['7:64 deploy.api.stopSeconds: belongs to `strategy: recreate`'],
    ],
    [
      'for a slip in a key',
      api('drainSecond: 5'),
      ['7:64 deploy.api.drainSecond: unknown key; did you mean `drainSeconds`?'],
    ],
    [
      'for readiness without a port',
      ['deploy: {api: {strategy: recreate, ready: {http: /}}}'],
      ['7:44 deploy.api.ready.http: needs `port` too'],
    ],
    [
      'for a port that nothing asks',
      ['deploy: {api: {strategy: recreate, port: 8000}}'],
      ['7:36 deploy.api.port: needs `ready` too'],
    ],
    [
      'for a port that is only waited for',
      ['deploy: {api: {strategy: recreate, port: 8000, ready: {timeoutSeconds: 9}}}'],
      ['7:36 deploy.api.port: needs `ready.http` too'],
    ],
    [
      'for a path that is none',
      ['deploy: {api: {strategy: switch, port: 1, ready: {http: healthz}}}'],
      [
        '7:57 deploy.api.ready.http: must be a path of a URL, which begins with `/`, such as `/healthz`',
      ],
    ],
    [
      'for a path that would be a line of HAProxy',
      ['deploy: {api: {strategy: switch, port: 1, ready: {http: "/\\nserver x"}}}'],
      [
        '7:57 deploy.api.ready.http: must be a path of a URL, which begins with `/`, such as `/healthz`',
      ],
    ],
    [
      'for shares that do not grow',
      api('canary: {steps: [5%, 25%, 25%, 10%]}'),
      [
        '7:90 deploy.api.canary.steps[2]: must be more than the step before it, `25%`',
        '7:95 deploy.api.canary.steps[3]: must be more than the step before it, `25%`',
      ],
    ],
    [
      'for shares that are none',
      api('canary: {steps: [0%, 100%, 5, 2.5%]}'),
      [
        '7:81 deploy.api.canary.steps[0]: must be a whole percentage from `1%` to `99%`',
        '7:85 deploy.api.canary.steps[1]: must be a whole percentage from `1%` to `99%`',
        '7:91 deploy.api.canary.steps[2]: must be a whole percentage from `1%` to `99%`, not `5`',
        '7:94 deploy.api.canary.steps[3]: must be a whole percentage from `1%` to `99%`',
      ],
    ],
    [
      'for a canary without steps',
      api('canary: {steps: [], maxErrorRate: 101%, maxSlowdown: 0.5, minRequests: 0}'),
      [
        '7:80 deploy.api.canary.steps: must have a share, such as `[5%]`',
        '7:98 deploy.api.canary.maxErrorRate: must be a percentage, such as `1%` or `0.5%`',
        '7:117 deploy.api.canary.maxSlowdown: must be 1 or more',
        '7:135 deploy.api.canary.minRequests: must be from 1 to 1000000',
      ],
    ],
    [
      'for times in the wrong unit',
      api('drainSeconds: 60s, keepOld: 900'),
      [
        '7:78 deploy.api.drainSeconds: must be a number, not `60s`',
        `7:92 deploy.api.keepOld: must be ${DURATIONS}, not \`900\``,
      ],
    ],
    [
      'for a service with the name of a slot',
      [API.replace('}}}', '}}, api-green: {strategy: recreate}}')],
      ['7:65 deploy.api-green: is what a slot of `api` will be called; rename one of them'],
    ],
    [
      'for a name that Compose would refuse',
      ['deploy: {"-x": {strategy: recreate}}'],
      [
        "7:10 deploy.-x: the name must be a service's name as Compose has it: letters, digits, `.`, `_` and `-`",
      ],
    ],
    [
      'for a gate that is two, and one that is none',
      [API, 'gates: {before: [{http: {url: "http://a/"}, scan: {command: ["{image}"]}}, {}]}'],
      [`8:18 gates.before[0]: ${GATE}`, `8:76 gates.before[1]: ${GATE}`],
    ],
    [
      'for a gate and migrations in a service that is not released',
      [
        WORKER,
        'gates: {before: [{run: {service: api, command: [a]}}]}',
        'migrations: {service: api, run: [a]}',
      ],
      [
        '8:34 gates.before[0].run.service: is no service of `deploy`, which has `worker`',
        '9:23 migrations.service: is no service of `deploy`, which has `worker`',
      ],
    ],
    [
      'for a scan that does not say where the image stands',
      [WORKER, 'gates: {before: [{scan: {command: [trivy, image]}}]}'],
      ['8:35 gates.before[0].scan.command: must have `{image}` where each new image is to stand'],
    ],
    [
      'for an address that is not of the web',
      [
        WORKER,
        'gates: {after: [{http: {url: "file:///etc/passwd"}}, {http: {url: a, expect: 20}}]}',
      ],
      [
        '8:30 gates.after[0].http.url: must begin with `http://` or `https://`',
        '8:67 gates.after[1].http.url: must begin with `http://` or `https://`',
        '8:78 gates.after[1].http.expect: must be from 100 to 599',
      ],
    ],
    [
      'for a question to what is no database, or several',
      [
        '  all: {engine: postgres, service: db, database: {all: true}}',
        WORKER,
        'gates:',
        '  after: [{sql: {part: data, query: q}}, {sql: {part: all, query: q}}, {sql: {part: x, query: q}}]',
      ],
      [
        `10:24 gates.after[0].sql.part: ${ONE_DATABASE}`,
        `10:55 gates.after[1].sql.part: ${ONE_DATABASE}`,
        `10:85 gates.after[2].sql.part: ${ONE_DATABASE}`,
      ],
    ],
    [
      'for an answer that is no value',
      [
        '  db: {engine: postgres, service: db, database: a}',
        WORKER,
        'gates: {after: [{sql: {part: db, query: q, expect: [1]}}]}',
      ],
      ['9:52 gates.after[0].sql.expect: must be text, a number, `true` or `false`, not a list'],
    ],
    [
      'for a way down without a revision',
      [WORKER, 'migrations: {service: worker, run: [a], down: [b]}'],
      [
        '8:41 migrations.down: needs `head` too: it tells the revision of each release',
        '8:47 migrations.down: must have `{revision}` where the revision to go back to is to stand',
      ],
    ],
    [
      'for a command that is none',
      [WORKER, 'migrations: {service: worker, run: [], head: alembic current}'],
      [
        '8:36 migrations.run: must name a program',
        '8:46 migrations.head: must be a list, such as `[one, two]`, not `alembic current`; write `[alembic current]`',
      ],
    ],
    [
      'for a policy that is none',
      [WORKER, 'release: {recoveryPoint: sometimes, keep: 0, switchImage: "-x y"}'],
      [
        '8:26 release.recoveryPoint: `sometimes` is not known here; known here: `always`, `migrations`, `never`',
        '8:43 release.keep: must be from 1 to 1000',
        '8:59 release.switchImage: must be an image, such as `haproxy:3.0`',
      ],
    ],
  ];

  it.each(cases)('%s', (_title, lines, problems) => {
    expect(problemsOf(withLines(...lines))).toEqual(problems);
  });

  it('for a password in the address of a gate, which it does not repeat', () => {
    const gate = 'gates: {after: [{http: {url: "http://u:hunter2@a/"}}]}';
    const error = failure(withLines(WORKER, gate));
    expect(error.message).toContain('8:30 gates.after[0].http.url: must not hold a password');
    expect(error.format()).not.toContain('hunter2');
  });
});
