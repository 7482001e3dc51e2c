import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, problemsOf, read, withLines } from './stack-texts';

const fixture = join(__dirname, '../../fixtures/stack-files/every-key.yaml');
const DEFAULT = ['failed', 'held', 'approval', 'stale', 'recovered'];

const channel = (keys: string): readonly string[] => ['notify:', `  ops: {${keys}}`];

describe('what a stack file says about who is told', () => {
  it('becomes channels, with every default filled in', () => {
    expect(read(readFileSync(fixture, 'utf8')).description.notify).toEqual([
      {
        ...{ name: 'hook', kind: 'webhook', url: { plain: 'https://hooks.example.org/pawl' } },
        ...{ secret: { file: '/etc/pawl/s3.key' }, on: ['failed'] },
      },
      {
        ...{ name: 'ops', kind: 'ntfy', url: { env: 'NTFY_URL' }, token: { env: 'NTFY_TOKEN' } },
        on: ['failed', 'held', 'approval'],
      },
      { name: 'chat', kind: 'slack', url: { file: '/etc/pawl/slack.url' }, on: DEFAULT },
      {
        ...{ name: 'room', kind: 'discord', url: { command: ['pass', 'show', 'discord'] } },
        on: ['recovered'],
      },
      {
        ...{ name: 'mail', kind: 'smtp', host: 'mail.example.org', port: 2525, security: 'tls' },
        ...{ from: 'pawl <pawl@example.org>', to: ['ops@example.org', 'anna@example.org'] },
        ...{ user: 'pawl', password: { env: 'MAIL_PASSWORD' }, on: DEFAULT },
      },
      { name: 'pager', kind: 'command', argv: ['/usr/local/bin/page', '--loud'], on: DEFAULT },
      {
        name: 'pulse',
        kind: 'ping',
        url: { plain: 'https://hc.example.org/1' },
        runbook: 'restore',
      },
    ]);
  });

  it('tells how old a recovery point may get', () => {
    expect(read(readFileSync(fixture, 'utf8')).description.freshness).toEqual({
      pointSeconds: 180_000,
    });
    expect(problemsOf(withLines('freshness: {point: 26h}'))).toEqual([
      '7:1 freshness: needs `notify` too: who is told',
    ]);
  });

  it.each([[[]], [['notify: {}']]])('is nobody when it is nothing: %j', (lines) => {
    expect(read(withLines(...lines)).description).not.toHaveProperty('notify');
  });

  it.each([
    ['starttls', 587],
    ['tls', 465],
    ['none', 25],
  ])('takes for %s the port %d', (security, port) => {
    const smtp = `smtp: {host: localhost, from: a@b.c, to: [d@e.f], security: ${security}}`;
    expect(read(withLines(...channel(smtp))).description.notify).toMatchObject([{ port }]);
  });

  it.each([
    [
      'a channel of no kind',
      'on: [failed]',
      /^8:3 notify\.ops: needs one of `webhook`, `ntfy`, `slack`, `discord`, `smtp`, `command`, `ping`$/,
    ],
    [
      'a channel of two kinds',
      "ntfy: 'https://a.example/b', slack: {env: S}",
      /^8:\d+ notify\.ops\.slack: stands beside `ntfy`; a channel is of one kind: make two of it$/,
    ],
    ['a key of another kind', 'slack: {env: S}, token: {env: T}', /ops\.token: belongs to `ntfy`$/],
    ['a ping of no runbook', 'ping: {env: P}', /notify\.ops: needs `runbook` too/],
    [
      'a ping of what there is not',
      'ping: {env: P}, runbook: bakcup',
      /runbook: `bakcup` is not known/,
    ],
    [
      'a ping that is told of something',
      'ping: {env: P}, runbook: backup, on: [failed]',
      /ops\.on: a `ping` is told of start, success and failure/,
    ],
    [
      'an event that there is not',
      'slack: {env: S}, on: [fialed]',
      /on\[0\]: `fialed` is not known/,
    ],
    ['no event', 'slack: {env: S}, on: []', /on: must name an event$/],
    [
      'an address without a scheme',
      'ntfy: ntfy.example.org/melvin',
      /ops\.ntfy: must be a whole URL/,
    ],
    ['an address of a file', "webhook: 'file:///etc/passwd'", /ops\.webhook: must be a whole URL/],
    [
      'a sender with a line break',
      'smtp: {host: h, from: "a@b.c\\nBcc: e@f.g", to: [d@e.f]}',
      /smtp\.from: must be a sender/,
    ],
    [
      'a user without a password',
      'smtp: {host: h, from: a@b.c, to: [d@e.f], user: u}',
      /smtp\.user: needs `password` too$/,
    ],
    [
      'a password in the clear',
      'smtp: {host: h, from: a@b.c, to: [d@e.f], user: u, password: {env: P}, security: none}',
      /smtp\.security: would send the password in the clear/,
    ],
    ['an unknown key', 'slack: {env: S}, chanel: ops', /notify\.ops\.chanel/],
  ])('refuses %s', (_what, keys, problem) => {
    const problems = problemsOf(withLines(...channel(keys)));
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  it('refuses a name that is none', () => {
    const lines = ['notify:', "  'Ops/1': {slack: {env: S}}"];
    expect(problemsOf(withLines(...lines))[0]).toMatch(/^8:3 notify\.Ops\/1: the name must/);
  });

  it.each([
    ['an address', "slack: 'https://hooks.example.org/T0PSECRET', on: [x]"],
    ['a token', "ntfy: 'https://a.example/T0PSECRET', token: T0PSECRET"],
    ['a mail password', 'smtp: {host: h, from: a@b.c, to: [d@e.f], user: u, password: T0PSECRET}'],
    ['an address in a file that is no YAML', 'slack: https://hooks.example.org/T0PSECRET, on: ['],
  ])('does not show %s where it says what is wrong', (_what, keys) => {
    const error = failure(withLines(...channel(keys)));
    expect(JSON.stringify(error.problems) + error.message).not.toContain('T0PSECRET');
  });
});
