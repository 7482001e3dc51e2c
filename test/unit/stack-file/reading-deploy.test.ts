import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read, withLines } from './stack-texts';

const fixture = join(__dirname, '../../fixtures/stack-files/every-key.yaml');

const SWITCHED = 'deploy: {api: {strategy: switch, port: 8000, ready: {http: /}}}';

describe('what a stack file says about releasing', () => {
  it('becomes a description with every key in its place', () => {
    expect(read(readFileSync(fixture, 'utf8')).description.deploy).toEqual({
      services: [
        {
          service: 'api',
          strategy: 'switch',
          port: 8000,
          ready: { http: '/healthz?deep=1', consecutive: 5, timeoutSeconds: 90 },
          canary: {
            steps: [1, 10, 99],
            pauseSeconds: 45,
            maxErrorRate: 0.5,
            maxSlowdown: 2,
            minRequests: 50,
          },
          drainSeconds: 0,
          keepOldSeconds: 0,
          watchSeconds: 120,
        },
        {
          service: 'worker',
          strategy: 'recreate',
          port: 9000,
          ready: { http: '/ready', consecutive: 1, timeoutSeconds: 10 },
          stopSeconds: 120,
        },
      ],
      before: [
        { kind: 'run', service: 'api', command: ['pytest', '-q'], timeoutSeconds: 1200 },
        { kind: 'scan', command: ['trivy', 'image', '{image}'], timeoutSeconds: 300 },
      ],
      after: [
        { kind: 'http', url: 'https://api.example.org/health', expect: 204, timeoutSeconds: 5 },
        {
          kind: 'sql',
          part: 'accounts',
          query: 'select count(*) from users',
          expect: 3,
          timeoutSeconds: 60,
        },
      ],
      migrations: {
        service: 'api',
        run: ['alembic', 'upgrade', 'head'],
        head: ['alembic', 'current'],
        down: ['alembic', 'downgrade', '{revision}'],
        timeoutSeconds: 3600,
      },
      release: {
        recoveryPoint: 'always',
        keep: 9,
        switchImage: 'registry.example.org:5000/haproxy:3.2',
      },
    });
  });

  it('has a default for all but strategy, port and path', () => {
    expect(read(withLines(SWITCHED)).description.deploy).toEqual({
      services: [
        {
          service: 'api',
          strategy: 'switch',
          port: 8000,
          ready: { http: '/', consecutive: 3 },
          drainSeconds: 60,
          keepOldSeconds: 900,
          watchSeconds: 0,
        },
      ],
      before: [],
      after: [],
      release: { recoveryPoint: 'migrations', keep: 5, switchImage: 'haproxy:3.0' },
    });
  });

  it('waits as long as is said for a service that is asked nothing', () => {
    const worker = 'deploy: {w: {strategy: recreate, ready: {timeoutSeconds: 300}}}';
    expect(read(withLines(worker)).description.deploy?.services).toEqual([
      { service: 'w', strategy: 'recreate', timeoutSeconds: 300 },
    ]);
  });

  it('has neither steps nor anything warm where the containers are replaced one by one', () => {
    const canary = 'canary: {pauseSeconds: 5, maxErrorRate: 2%}, watch: 1m, ready';
    const rolling = SWITCHED.replace('switch', 'rolling').replace('ready', canary);
    expect(read(withLines(rolling)).description.deploy?.services).toEqual([
      {
        ...{ service: 'api', strategy: 'rolling', port: 8000 },
        ready: { http: '/', consecutive: 3 },
        canary: {
          ...{ steps: [], pauseSeconds: 5, maxErrorRate: 2, maxSlowdown: 1.5, minRequests: 200 },
        },
        ...{ drainSeconds: 60, keepOldSeconds: 0, watchSeconds: 60 },
      },
    ]);
  });

  it('has defaults for a canary, gates and migrations', () => {
    const { description } = read(
      withLines(
        SWITCHED.replace('ready', 'canary: {steps: [5%]}, ready'),
        'gates:',
        '  before: [{run: {service: api, command: [a]}}, {scan: {command: [a, "x={image}"]}}]',
        '  after: [{http: {url: "http://localhost/"}}]',
        'migrations: {service: api, run: [migrate]}',
      ),
    );
    expect(description.deploy).toMatchObject({
      services: [
        {
          canary: {
            steps: [5],
            pauseSeconds: 30,
            maxErrorRate: 1,
            maxSlowdown: 1.5,
            minRequests: 200,
          },
        },
      ],
      before: [{ timeoutSeconds: 600 }, { timeoutSeconds: 600 }],
      after: [{ expect: 200, timeoutSeconds: 30 }],
      migrations: { service: 'api', run: ['migrate'], timeoutSeconds: 600 },
    });
    expect(description.deploy?.migrations).not.toHaveProperty('head');
  });

  it.each([
    ['true', true],
    ['0', 0],
    ["'7'", '7'],
    ['f3a1', 'f3a1'],
  ])('expects %s of a query as what it is', (written, expected) => {
    const gate = `gates: {after: [{sql: {part: a, query: select 1, expect: ${written}}}]}`;
    const protect = '  a: {engine: postgres, service: db, database: a}';
    expect(read(withLines(protect, SWITCHED, gate)).description.deploy?.after).toMatchObject([
      { expect: expected, timeoutSeconds: 30 },
    ]);
  });

  it('keeps the services in the order of the file', () => {
    const worker = 'worker: {strategy: recreate}';
    const { description } = read(withLines(`deploy: {z: {strategy: recreate}, ${worker}}`));
    expect(description.deploy?.services.map(({ service }) => service)).toEqual(['z', 'worker']);
  });

  it("makes the stack one of Compose's default project", () => {
    expect(read(withLines(SWITCHED)).description.compose).toEqual({ files: [] });
  });

  it('is absent from a stack that releases nothing', () => {
    const { description, document } = read(withLines());
    expect(description).not.toHaveProperty('deploy');
    expect(document).not.toHaveProperty('release');
  });
});
