import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requester } from '../../client/temporal/requester';
import { startHttpChannel, type HttpChannel } from '../support/channels/http-channel';
import { MAIL_USER, startSmtpChannel, type SmtpChannel } from '../support/channels/smtp-channel';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { makeFolder } from './support/folders';
import { ProtectedStack } from './support/protected-stack';

const HTTP_KINDS = ['hook', 'ops', 'chat', 'room', 'pulse'] as const;
const SECRET = 'T0PSECRETPATH';
const ON = ['failed', 'held', 'approval', 'recovered'];

/** What a person would have to be told of, through the command line, with real servers of each channel. */
describeWith(['temporal', 'restic'], 'people', () => {
  let pawl: PawlEnvironment;
  let stack: ProtectedStack;
  let web: HttpChannel;
  let mail: SmtpChannel;

  beforeAll(async () => {
    [web, mail] = await Promise.all([startHttpChannel(), startSmtpChannel()]);
    const certificate = join(process.env['TMPDIR'] ?? '/tmp', `pawl-mail-${process.pid}.pem`);
    await writeFile(certificate, mail.certificate);
    const urls = HTTP_KINDS.map((kind) => [`URL_${kind}`, `${web.url}/${kind}/${SECRET}`] as const);
    pawl = await startPawl({
      env: {
        MAIL_PASSWORD: MAIL_USER.password,
        WEBHOOK_KEY: 'signing key',
        ...Object.fromEntries(urls),
      },
      workerEnv: { NODE_EXTRA_CA_CERTS: certificate, PAWL_UI_URL: 'https://temporal.example.org' },
    });
    stack = await ProtectedStack.create(pawl, {
      protect: { uploads: { engine: 'files', path: './uploads' } },
    });
    await makeFolder(join(stack.folder, 'uploads'));
    await mkdir(join(stack.folder, 'told'));
    await writeFile(join(stack.folder, 'tell.sh'), '#!/bin/sh\ncat > "told/$PAWL_EVENT.$$"\n', {
      mode: 0o700,
    });
  });
  afterAll(async () => {
    await pawl.stop();
    await Promise.all([web.stop(), mail.stop()]);
  });

  const url = (kind: (typeof HTTP_KINDS)[number]) => ({ env: `URL_${kind}` });
  const describeChannels = (more: object = {}): Promise<void> =>
    stack.describe({
      protect: { uploads: { engine: 'files', path: './uploads' } },
      more: {
        notify: {
          hook: { webhook: url('hook'), secret: { env: 'WEBHOOK_KEY' }, on: ON },
          ops: { ntfy: url('ops'), on: ON },
          chat: { slack: url('chat'), on: ON },
          room: { discord: url('room'), on: ON },
          mail: {
            smtp: {
              ...{ host: 'localhost', port: mail.port, from: 'pawl@example.org' },
              ...{
                to: ['ops@example.org'],
                user: MAIL_USER.user,
                password: { env: 'MAIL_PASSWORD' },
              },
            },
            on: ON,
          },
          pager: { command: ['./tell.sh'], on: ON },
          pulse: { ping: url('pulse'), runbook: 'backup' },
        },
        ...more,
      },
    });

  /** How often each channel was told of each event, by what has arrived. */
  async function table(): Promise<Record<string, number>> {
    const pings: Readonly<Record<string, string>> = {
      start: 'started',
      fail: 'failed',
      log: 'test',
    };
    const paths = web.received.map(({ path, body }) => {
      const [, kind = '', , signal] = path.split('/');
      if (kind === 'pulse')
        return `pulse ${signal === undefined ? 'succeeded' : (pings[signal] ?? '')}`;
      return `${kind} ${eventIn(body)}`;
    });
    const mails = mail.received.map(
      ({ text }) => `mail ${/^X-Pawl-Event: (.*)$/m.exec(text)?.[1]?.trim() ?? ''}`,
    );
    const files = (await readdir(join(stack.folder, 'told'))).map(
      (name) => `pager ${name.split('.')[0] ?? ''}`,
    );
    const counts: Record<string, number> = {};
    for (const one of [...paths, ...mails, ...files]) counts[one] = (counts[one] ?? 0) + 1;
    return counts;
  }

  const WORDS = {
    failed: 'backup failed',
    recovered: 'has recovered',
    held: 'is held',
    approval: 'waits for approval',
    test: 'test message',
  };
  /** ntfy has its title in a header, the others in their bodies: all of them say the command that comes next. */
  function eventIn(body: string): string {
    const plain = body.replaceAll('\\', '');
    const found = Object.entries(WORDS).find(([, words]) => plain.includes(words));
    if (found !== undefined) return found[0];
    if (plain.includes('pawl resolve')) return 'held';
    if (plain.includes('pawl approve')) return 'approval';
    if (plain.includes('had failed')) return 'recovered';
    return plain.includes('pawl notify test') ? 'test' : 'failed';
  }

  const KINDS = ['hook', 'ops', 'chat', 'room', 'mail', 'pager'];
  const each = (event: string, count: number) =>
    Object.fromEntries(KINDS.map((kind) => [`${kind} ${event}`, count]));

  async function untilTold(expected: Record<string, number>): Promise<void> {
    const total = (counts: Record<string, number>) =>
      Object.values(counts).reduce((sum, one) => sum + one, 0);
    await until(async () => (total(await table()) >= total(expected) ? true : undefined), 60);
    expect(await table()).toEqual(expected);
  }

  it('are told of each event once by each channel', async () => {
    await describeChannels();
    const repository = stack.repository;
    await rename(repository, `${repository}-away`);
    expect((await stack.follow('backup')).code).not.toBe(0);
    await rename(`${repository}-away`, repository);
    expect((await stack.backup()).code).toBe(0);
    const failedAndBack = {
      ...each('failed', 1),
      ...each('recovered', 1),
      ...{ 'pulse started': 2, 'pulse failed': 1, 'pulse succeeded': 1 },
    };
    await untilTold(failedAndBack);

    const uploads = join(stack.folder, 'uploads');
    await describeChannels({ approvals: { backup: { from: [requester()], self: true } } });
    const { stdout } = await stack.cli('backup', '--hold', '--detach', '-q');
    const run = stdout.trim();
    const asked = { ...failedAndBack, ...each('approval', 1), 'pulse started': 3 };
    await untilTold(asked);
    await rename(uploads, `${uploads}-away`);
    expect((await stack.cli('approve', run, '-y')).code).toBe(0);
    const held = { ...asked, ...each('held', 1) };
    await untilTold(held);
    await rename(`${uploads}-away`, uploads);
    expect((await stack.cli('resolve', run, 'retry', '-y')).code).toBe(0);
    await untilTold({ ...held, 'pulse succeeded': 2 });

    const { text = '' } =
      mail.received.find((one) => one.text.includes('X-Pawl-Event: failed')) ?? {};
    const words = text.replace(/=\r\n/g, '');
    expect(words).toContain(`Subject: ${stack.name}: backup failed (${stack.name}/1)`);
    expect(words).toContain(`\`pawl show ${stack.name}/1\``);
    expect(words).toContain('https://temporal.example.org/namespaces/default/workflows/');
  });

  it('can try each channel out, and see in status which one is not told and why', async () => {
    await describeChannels();
    const before = await table();
    const well = await stack.cli('notify', 'test', '--json');
    expect(well.code).toBe(0);
    const { answers } = JSON.parse(well.stdout) as {
      answers: readonly { channel: string; told: boolean }[];
    };
    expect(answers.map(({ channel, told }) => [channel, told])).toEqual(
      [...HTTP_KINDS.slice(0, 4), 'mail', 'pager', 'pulse'].map((name) => [name, true]),
    );
    expect(await table()).toEqual({ ...before, ...each('test', 1), 'pulse test': 1 });

    web.answer = 'refuses';
    const broken = await stack.cli('notify', 'test', 'ops');
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/✗ ops \(ntfy\): .*127\.0\.0\.1:\d+ answered 404/);
    expect((await stack.backup()).code).toBe(0);
    const status = await until(async () => {
      const { stdout } = await stack.cli('status');
      return stdout.includes('not told') ? stdout : undefined;
    }, 60);
    expect(status.replace(/\s+/g, ' ')).toMatch(
      /not told pulse: .* answered 404.*`pawl notify test pulse`/,
    );
    const doctor = await stack.cli('doctor');
    expect(doctor.stdout).toContain('Not told: pulse');
    for (const text of [broken.stdout, broken.stderr, status, doctor.stdout])
      expect(text).not.toContain(SECRET);

    web.answer = 'takes';
    expect((await stack.backup()).code).toBe(0);
    await until(
      async () => ((await stack.cli('status')).stdout.includes('not told') ? undefined : true),
      60,
    );
    expect((await stack.cli('notify', 'test', 'nobody')).code).toBe(7);
  });

  it('are told that a recovery point is too old while nothing runs', async () => {
    const protect = { uploads: { engine: 'files', path: './uploads' } };
    const notify = { hook: { webhook: url('hook'), on: ['stale'] } };
    await stack.describe({ protect, more: { notify, freshness: { point: '2s' } } });
    const before = web.received.length;
    expect((await stack.backup()).code).toBe(0);
    const [told] = await until(() => {
      const received = web.received.slice(before);
      return Promise.resolve(received.length > 0 ? received : undefined);
    }, 60);
    expect(JSON.parse(told?.body ?? '')).toMatchObject({
      ...{ event: 'stale', stack: stack.name, what: 'its recovery point is too old' },
      why: expect.stringMatching(/^The newest whole recovery point is of \d{4}-/) as string,
    });
    await stack.describe({ protect });
    expect((await stack.backup()).code).toBe(0);
  });
});
