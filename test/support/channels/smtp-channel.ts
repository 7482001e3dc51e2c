import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { runProcess } from '../run-process';
import type { Answer } from './http-channel';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly encrypted: boolean;
  /** As it was sent: headers, an empty line, the body. */
  readonly text: string;
}

export interface SmtpChannel {
  readonly port: number;
  /** Of its own certificate, for `localhost`. */
  readonly certificate: string;
  readonly received: readonly ReceivedMail[];
  answer: Answer;
  stop(): Promise<void>;
}

/** The only user. */
export const MAIL_USER = { user: 'pawl', password: 'correct horse' };

/** A mail server on loopback. */
export async function startSmtpChannel(options: SMTPServerOptions = {}): Promise<SmtpChannel> {
  const received: ReceivedMail[] = [];
  const { key, cert } = await selfSigned();
  const server = new SMTPServer({
    ...{ key, cert, logger: false, authOptional: true, disableReverseLookup: true },
    onAuth({ username, password }, _session, done) {
      const isRight = username === MAIL_USER.user && password === MAIL_USER.password;
      if (isRight) done(null, { user: username });
      else done(failure(535, `5.7.8 ${String(username)} with ${String(password)} is nobody`));
    },
    onMailFrom(_address, _session, done) {
      if (channel.answer === 'is silent') return;
      if (channel.answer === 'is busy') done(failure(451, '4.7.1 greylisted'));
      else if (channel.answer === 'refuses') done(failure(550, '5.7.1 not from you'));
      else done();
    },
    onRcptTo({ address }, _session, done) {
      done(address.startsWith('nobody@') ? failure(550, '5.1.1 no such user') : null);
    },
    onData(stream, { envelope, user, secure }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = envelope.rcptTo.map(({ address }) => address);
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const text = Buffer.concat(chunks).toString();
        received.push({ from, to, user: user as string | undefined, encrypted: secure, text });
        done();
      });
    },
    ...options,
  });
  // A client that hangs up, or refuses its certificate: the client's side tells.
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const channel: SmtpChannel = {
    port: (listening.address() as AddressInfo).port,
    ...{ certificate: cert, received, answer: 'takes' },
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(resolve);
      });
    },
  };
  return channel;
}

function failure(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

async function selfSigned(): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-smtp-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
  ];
  const argv = ['openssl', ...made, '-days', '2', '-keyout', key, '-out', cert, ...names];
  const { code, stderr } = await runProcess(argv, { env: process.env });
  if (code !== 0) throw new Error(stderr);
  const pair = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  await rm(folder, { recursive: true });
  return pair;
}
