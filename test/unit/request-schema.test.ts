import { ApplicationFailure } from '@temporalio/common';
import * as fc from 'fast-check';
import { requests } from '../../workflows/requests/request-schema';
import { requireFormat, requireShape } from '../../workflows/requests/require-shape';
import { describeStack } from '../support/descriptions';

const request = {
  runbook: 'backup',
  options: { only: [], initialise: false },
  stack: describeStack(),
  requestedBy: 'anna@laptop',
  trigger: 'cli',
  pawlVersion: '0.1.0',
};

/** The request with another value at `path`; without it when the value is undefined. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(request) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy);
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else
    Object.defineProperty(holder, last, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return copy;
}

describe('a request of another version', () => {
  it('that is newer is refused by its format, with what to upgrade', () => {
    expect(() => {
      requireFormat({ ...request, format: 2, pawlVersion: '9.0.0', stack: 'of another shape' });
    }).toThrow(/made by pawl 9\.0\.0 in format 2, and this worker reads formats up to 1/);
  });

  it.each([request, { ...request, format: 1 }, undefined, 'nothing'])(
    'is read otherwise',
    (one) => {
      expect(() => {
        requireFormat(one);
      }).not.toThrow();
    },
  );

  it('with an engine that this one does not have is refused by its name', () => {
    expect(() => {
      requireShape(
        requests.runRequest,
        changed('stack.protect.0.engine', 'cassandra'),
        'the request',
      );
    }).toThrow(/stack\.protect\.0\.engine: the engine "cassandra" is not one/);
    expect(() => {
      requireShape(
        requests.runRequest,
        changed('stack.protect.0.engine', 'S3cret!'),
        'the request',
      );
    }).toThrow(/^(?!.*S3cret)/);
  });
});

describe('a request', () => {
  it('that a client makes is taken', () => {
    expect(() => {
      requireShape(requests.runRequest, request, 'the request');
    }).not.toThrow();
  });

  it.each([
    ['no limits', 'stack.limits', undefined],
    [
      'limits of zero',
      'stack.limits',
      { heartbeatSeconds: 0, stallSeconds: 0, deadlineSeconds: 0 },
    ],
    [
      'limits below zero',
      'stack.limits',
      { heartbeatSeconds: -1, stallSeconds: 1, deadlineSeconds: 1 },
    ],
    [
      'limits in words',
      'stack.limits',
      { heartbeatSeconds: 'x', stallSeconds: 'x', deadlineSeconds: 'x' },
    ],
    ['limits without end', 'stack.limits.deadlineSeconds', Number.MAX_VALUE],
    ['no options', 'options', null],
    ['options of another runbook', 'options', { turn: 'on', only: [] }],
    ['no entries', 'stack.protect', undefined],
    ['an entry of nothing', 'stack.protect', [{ name: 'x' }]],
    ['an entry twice', 'stack.protect', [...request.stack.protect, ...request.stack.protect]],
    ['an entry of an unknown engine', 'stack.protect.0.engine', 'punchcards'],
    ['a host that is none', 'stack.host', { a: 1 }],
    ["a host that is a queue's name", 'stack.host', 'local/../../pawl'],
    ['a stack with a hostile name', 'stack.name', 'a; rm -rf'],
    ['a path with a NUL', 'stack.directory', '/srv\0/etc'],
    ['a secret in plain words', 'stack.repository.password', 'hunter2'],
    ['a secret by two ways', 'stack.repository.password', { env: 'A', file: '/b' }],
    ['no requester', 'requestedBy', undefined],
    ['a requester that is an object', 'requestedBy', { a: 1 }],
    ['a requester without end', 'requestedBy', 'x'.repeat(3000)],
    ['a freeze in words', 'stack.freeze', 'x'],
    ['a freeze of nothing', 'stack.freeze', [{ x: 1 }]],
    [
      'a freeze in a zone that is none',
      'stack.freeze',
      [{ runbooks: ['backup'], zone: 'Mars/Olympus', reason: '' }],
    ],
    ['no trigger', 'trigger', null],
    ['approvals by nobody', 'stack.approvals', { backup: null }],
    ['approvals with holes', 'stack.approvals', { backup: { required: 2 } }],
    ['a hold in words', 'hold', 'yes'],
    ['a number for what follows a failure', 'stack.onFailure', 5],
    ['an unknown runbook', 'runbook', 'constructor'],
    ['a runbook of every object', 'runbook', '__proto__'],
    ['a key that nobody knows', 'stack.extra', true],
  ])('with %s is refused, with the place and never the value', (_title, path, value) => {
    const forged = changed(path, value);
    expect(() => {
      requireShape(requests.runRequest, forged, 'the request');
    }).toThrow(/^the request cannot be read by this worker: /);
    const [first = ''] = path.split('.');
    expect(() => {
      requireShape(requests.runInput, { request: forged, mode: 'plan', number: 0 }, 'the request');
    }).toThrow(new RegExp(`request(\\.${first}|: )`));
  });

  it('of any shape is taken or refused, and never anything else', () => {
    const leaf = fc.oneof(
      fc.anything(),
      fc.constantFrom('', -1, 0, NaN, null, [], {}, '__proto__'),
    );
    const paths = pathsOf(request);
    fc.assert(
      fc.property(fc.constantFrom(...paths), leaf, (path, value) => {
        try {
          requireShape(requests.runRequest, changed(path, value), 'the request');
        } catch (error) {
          if (!(error instanceof ApplicationFailure)) throw error;
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

it.each([
  undefined,
  null,
  'melvin',
  { stack: 'melvin' },
  { stack: '../x', host: 'local' },
  { stack: 'x', host: 1 },
])('a stack that is started with %j is refused', (input) => {
  expect(() => {
    requireShape(requests.stackInput, input, 'the stack');
  }).toThrow(ApplicationFailure);
});

function pathsOf(value: unknown, above = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = above === '' ? key : `${above}.${key}`;
    return [path, ...pathsOf(inner, path)];
  });
}
