import { createHmac } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandNotifier } from '../../../activities/adapters/notifiers/command/create-command-notifier';
import { createDiscordNotifier } from '../../../activities/adapters/notifiers/discord/create-discord-notifier';
import { createNtfyNotifier } from '../../../activities/adapters/notifiers/ntfy/create-ntfy-notifier';
import { createPingNotifier } from '../../../activities/adapters/notifiers/ping/create-ping-notifier';
import { createSlackNotifier } from '../../../activities/adapters/notifiers/slack/create-slack-notifier';
import { createSmtpNotifier } from '../../../activities/adapters/notifiers/smtp/create-smtp-notifier';
import { createWebhookNotifier } from '../../../activities/adapters/notifiers/webhook/create-webhook-notifier';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Notifier } from '../../../activities/ports/notifier';
import type { Channel, SmtpChannel as SmtpDescription } from '../../../workflows/model/channel';
import {
  startHttpChannel,
  type HttpChannel,
  type Received,
} from '../../support/channels/http-channel';
import { MAIL_USER, startSmtpChannel, type SmtpChannel } from '../../support/channels/smtp-channel';
import {
  failureOf,
  messageOf,
  notifierContract,
  tell,
  type NotifierSubject,
} from './notifier-contract';

const TOPIC = 'T0PSECRETPATH';
const ON = ['failed'] as const;
const URL_SECRET = { env: 'URL' };

const NOTHING: Received = { path: '', headers: {}, body: '' };

/** Names and texts that somebody else has chosen. */
const HOSTILE = {
  what: 'backup failed\r\nBcc: eve@example.org\r\n\r\n<!channel> @everyone @here \u202Egnp',
  why: '<!channel> <https://evil.example|click> @everyone **bold** `code` [a](http://evil.example) \u0000\u001b[31m',
};

async function httpSubject(
  notifier: unknown,
  describe: (url: { env: string }) => Channel,
  secrets: Readonly<Record<string, string>> = {},
): Promise<NotifierSubject & { readonly server: HttpChannel }> {
  const server = await startHttpChannel();
  const url = `${server.url}/hooks/${TOPIC}?key=q-secret-q`;
  return {
    server,
    notifier: notifier as Notifier,
    channel: describe(URL_SECRET),
    secrets: { URL: url, ...secrets },
    hidden: [TOPIC, 'q-secret-q'],
    arrived: () => Promise.resolve(server.received.length),
    answer(how) {
      server.answer = how;
      return Promise.resolve();
    },
    stop: () => server.stop(),
  };
}

const webhook = () =>
  httpSubject(
    createWebhookNotifier(),
    (url) => ({ name: 'ops', kind: 'webhook', on: ON, url, secret: { env: 'KEY' } }),
    { KEY: 'webhook signing key' },
  );
const ntfy = () =>
  httpSubject(
    createNtfyNotifier(),
    (url) => ({ name: 'ops', kind: 'ntfy', on: ON, url, token: { env: 'TOKEN' } }),
    { TOKEN: 'tk_1234567890' },
  );
const slack = () =>
  httpSubject(createSlackNotifier(), (url) => ({ name: 'ops', kind: 'slack', on: ON, url }));
const discord = () =>
  httpSubject(createDiscordNotifier(), (url) => ({ name: 'ops', kind: 'discord', on: ON, url }));
const ping = () =>
  httpSubject(createPingNotifier(), (url) => ({
    name: 'ops',
    kind: 'ping',
    runbook: 'backup',
    url,
  }));

for (const [kind, start] of Object.entries({ webhook, ntfy, slack, discord, ping })) {
  notifierContract(kind, start, { refused: 'PreconditionFailed' });
}

/** Answers by its exit code, and keeps what it got. */
const PROGRAM = `#!/bin/sh
case "$(cat "$1/answer")" in
  refuses) cat >/dev/null; echo "no" >&2; exit 3;;
  "is silent") exec sleep 600;;
esac
{ cat; echo; env; } > "$1/got.$$"
`;

async function command(): Promise<NotifierSubject & { got(): Promise<string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-told-'));
  const program = join(folder, 'tell.sh');
  await writeFile(program, PROGRAM);
  await chmod(program, 0o700);
  const files = async () => (await readdir(folder)).filter((name) => name.startsWith('got.'));
  return {
    notifier: createCommandNotifier(hostRunner),
    channel: { name: 'ops', kind: 'command', on: ON, argv: [program, folder] },
    ...{ secrets: {}, hidden: [] },
    arrived: async () => (await files()).length,
    answer: (how) => writeFile(join(folder, 'answer'), how),
    got: async () => readFile(join(folder, (await files()).at(-1) ?? ''), 'utf8'),
    stop: () => rm(folder, { recursive: true }),
  };
}

notifierContract('command', command, {
  refused: 'CommandFailed',
  lacks: ['forbids', 'is busy', 'redirects'],
});

function smtpDescription({ port }: Pick<SmtpChannel, 'port'>): SmtpDescription {
  return {
    ...{ name: 'ops', kind: 'smtp', on: ON, host: 'localhost', port, security: 'starttls' },
    ...{ from: 'pawl <pawl@example.org>', to: ['ops@example.org'] },
    ...{ user: MAIL_USER.user, password: { env: 'MAIL' } },
  };
}

async function smtp(): Promise<NotifierSubject & { readonly server: SmtpChannel }> {
  const server = await startSmtpChannel();
  const secrets: Record<string, string> = { MAIL: MAIL_USER.password };
  return {
    ...{ server, secrets, hidden: [] },
    notifier: createSmtpNotifier({ trusted: [server.certificate] }),
    channel: smtpDescription(server),
    arrived: () => Promise.resolve(server.received.length),
    answer(how) {
      server.answer = how;
      secrets['MAIL'] = how === 'forbids' ? 'wrong password' : MAIL_USER.password;
      return Promise.resolve();
    },
    stop: () => server.stop(),
  };
}

notifierContract('smtp', smtp, { refused: 'PreconditionFailed', lacks: ['redirects'] });

describe('what each channel makes of a message', () => {
  const subjects: { stop(): Promise<void> }[] = [];
  async function started<Subject extends NotifierSubject>(start: () => Promise<Subject>) {
    const subject = await start();
    subjects.push(subject);
    await subject.answer('takes');
    return subject;
  }
  afterEach(async () => {
    for (const subject of subjects.splice(0)) await subject.stop();
  });

  it('signs a webhook so that the receiver can verify body and time', async () => {
    const subject = await started(webhook);
    await tell(subject, messageOf({}, 'https://temporal.example.org/melvin'));
    const [{ headers, body } = NOTHING] = subject.server.received;
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers;
    const signed = `${String(id)}.${String(at)}.${body}`;
    const key = subject.secrets['KEY'] ?? '';
    expect(signature).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60);
    expect(JSON.parse(body)).toMatchObject({
      ...{ format: 'pawl/notice@1', event: 'failed', stack: 'melvin', run: 'melvin/42' },
      ...{ since: '2026-12-01T03:15:00.000Z', link: 'https://temporal.example.org/melvin' },
    });
  });

  it('gives a webhook the same id when it is told again', async () => {
    const subject = await started(webhook);
    await tell(subject);
    await tell(subject);
    const [first, second] = subject.server.received.map(({ headers }) => headers['webhook-id']);
    expect(first).toBe(second);
  });

  it('gives ntfy its title in a header, whatever characters it has', async () => {
    const subject = await started(ntfy);
    await tell(subject, messageOf({ what: 'Sicherung „täglich“ failed 🚨 '.repeat(5) }));
    const [{ headers, body } = NOTHING] = subject.server.received;
    expect(headers['priority']).toBe('4');
    expect(headers['authorization']).toBe('Bearer tk_1234567890');
    const words = String(headers['title']).split(' ');
    for (const word of words) expect(word.length).toBeLessThanOrEqual(75);
    const decoded = words.map((word) =>
      Buffer.from(word.replace(/^=\?UTF-8\?B\?|\?=$/g, ''), 'base64').toString(),
    );
    expect(decoded.join('')).toMatch(/^melvin: Sicherung „täglich“ failed 🚨 Sicherung/);
    expect(body).toContain('Why: dump accounts: connection refused');
  });

  it('shows Slack what would be a mention or a link, and obeys none of it', async () => {
    const subject = await started(slack);
    await tell(subject, messageOf(HOSTILE));
    const { text } = JSON.parse(subject.server.received[0]?.body ?? '') as { text: string };
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).toContain('&lt;https://evil.example|click&gt;');
    expect(text).not.toMatch(/<|@everyone|@here|\u202E|\r|\0/);
  });

  it('mentions nobody on Discord, and fits its limit', async () => {
    const subject = await started(discord);
    const link = 'https://temporal.example.org/melvin';
    await tell(subject, messageOf({ ...HOSTILE, state: '*'.repeat(2000) }, link));
    const sent = JSON.parse(subject.server.received[0]?.body ?? '') as {
      content: string;
      allowed_mentions: unknown;
    };
    expect(sent.allowed_mentions).toEqual({ parse: [] });
    expect(sent.content.length).toBeLessThanOrEqual(2000);
    expect(sent.content).toContain('\\*\\*bold\\*\\*');
    expect(sent.content).toMatch(/<https:\/\/temporal\.example\.org\/melvin>$/);
  });

  it.each([
    ['started', '/start'],
    ['succeeded', ''],
    ['failed', '/fail'],
    ['cancelled', '/fail'],
    ['test', '/log'],
  ] as const)('pings that a run has %s', async (event, signal) => {
    const subject = await started(ping);
    await tell(subject, messageOf({ event }));
    const [{ path, body } = NOTHING] = subject.server.received;
    expect(path).toBe(`/hooks/${TOPIC}${signal}?key=q-secret-q`);
    expect(body).toContain('connection refused');
  });

  it('gives a command all of it as JSON, and the telling part by its environment', async () => {
    const subject = await started(command);
    await tell(subject, messageOf(HOSTILE));
    const got = await subject.got();
    expect(JSON.parse(got.split('\n')[0] ?? '')).toMatchObject({
      event: 'failed',
      run: 'melvin/42',
    });
    expect(got).toMatch(/^PAWL_EVENT=failed$/m);
    expect(got).toMatch(/^PAWL_TITLE=melvin: backup failed Bcc: eve@example.org/m);
  });

  it('sends mail encrypted and logged in, and lets no title become a header', async () => {
    const subject = await started(smtp);
    await tell(subject, messageOf({ ...HOSTILE, what: `Sicherung „täglich“ ${HOSTILE.what}` }));
    const [mail] = subject.server.received;
    expect(mail).toMatchObject({ encrypted: true, user: 'pawl', to: ['ops@example.org'] });
    const [head = ''] = mail?.text.split('\r\n\r\n') ?? [];
    expect(head).not.toMatch(/^Bcc:/im);
    expect(head).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(head).toMatch(/^Message-ID: <[0-9a-f]{32}@pawl\.invalid>$/m);
    expect(head).toMatch(/^Auto-Submitted: auto-generated$/m);
  });

  it('sends no mail in the clear where STARTTLS is demanded', async () => {
    const server = await startSmtpChannel({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    subjects.push(server);
    const notifier = createSmtpNotifier() as Notifier;
    const failure = await failureOf(
      tell({ notifier, channel: smtpDescription(server), secrets: { MAIL: 'correct horse' } }),
    );
    expect(failure.kind).toBe('PreconditionFailed');
    expect(server.received).toEqual([]);
  });

  it('does not trust a certificate that nobody vouches for', async () => {
    const server = await startSmtpChannel();
    subjects.push(server);
    const notifier = createSmtpNotifier() as Notifier;
    const told = tell({ notifier, channel: smtpDescription(server), secrets: { MAIL: 'x' } });
    expect((await failureOf(told)).message).toMatch(/self-signed|certificate/);
    expect(server.received).toEqual([]);
  });

  it('names recipients that were refused, and does not tell the others twice', async () => {
    const subject = await started(smtp);
    const channel = {
      ...smtpDescription(subject.server),
      to: ['ops@example.org', 'nobody@example.org'],
    };
    const failure = await failureOf(tell({ ...subject, channel }));
    expect(failure.kind).toBe('PreconditionFailed');
    expect(failure.message).toContain('1 of 2 recipients: nobody@example.org');
    expect(subject.server.received).toHaveLength(1);
  });

  it('says that nobody listens, without the path', async () => {
    const subject = await started(webhook);
    const { url } = subject.server;
    await subject.server.stop();
    subjects.length = 0;
    const secrets = { ...subject.secrets, URL: `${url}/hooks/${TOPIC}` };
    const failure = await failureOf(tell({ ...subject, secrets }));
    expect(failure.kind).toBe('ServiceUnavailable');
    expect(failure.message).toContain('ECONNREFUSED');
    expect(failure.message).not.toContain(TOPIC);
  });

  it.each(['no url', 'ftp://example.org/x', 'file:///etc/passwd'])(
    'refuses the address %p without showing it',
    async (address) => {
      const subject = await started(slack);
      const failure = await failureOf(tell({ ...subject, secrets: { URL: address } }));
      expect(failure.kind).toBe('PreconditionFailed');
      expect(failure.message).not.toContain(address);
    },
  );
});
