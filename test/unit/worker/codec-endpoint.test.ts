import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { SealingCodec } from '../../../sealing/codec';
import { keyRing } from '../../../sealing/key-ring';
import { KEY_BYTES, keyOf } from '../../../sealing/seal-payload';
import { startCodecEndpoint, type CodecEndpoint } from '../../../worker/server/codec-endpoint';
import { devServerCommand } from '../../../worker/server/dev-server';
import { mayRead } from '../../../worker/server/peer-user';
import { answered, asked, isAsked } from '../../../workflows/model/seal';

const UI_PORT = 18_233;
const UI = `http://127.0.0.1:${UI_PORT}`;
const keys = keyRing([{ ...keyOf(Buffer.alloc(KEY_BYTES, 'endpoint')), sealsFrom: 0 }]);
const codec = new SealingCodec(keys);

const endpoints: CodecEndpoint[] = [];
afterEach(() => {
  for (const endpoint of endpoints.splice(0)) endpoint.close();
});

async function endpoint(mayAct = false): Promise<string> {
  const started = await startCodecEndpoint({ keys, uiPort: UI_PORT, mayAct });
  endpoints.push(started);
  return started.url;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** `fetch` chooses its own Host and Origin. */
function ask(
  url: string,
  { method = 'POST', headers = {}, body = '{"payloads":[]}' },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers: { origin: UI, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    });
    sent.on('error', reject).end(method === 'POST' ? body : undefined);
  });
}

async function bodyOf(value: unknown): Promise<string> {
  const payloads = await codec.encode([defaultPayloadConverter.toPayload(value)]);
  return JSON.stringify({ payloads: payloads.map(toJson) });
}

function toJson({ metadata, data }: Payload) {
  const fields = Object.entries(metadata ?? {}).map(
    ([name, bytes]) => [name, Buffer.from(bytes).toString('base64')] as const,
  );
  return {
    metadata: Object.fromEntries(fields),
    data: Buffer.from(data ?? []).toString('base64'),
  };
}

function valuesIn({ text }: Answer): unknown[] {
  const { payloads } = JSON.parse(text) as { payloads: { data: string }[] };
  return payloads.map(({ data }) => JSON.parse(Buffer.from(data, 'base64').toString()) as unknown);
}

describe('the endpoint of the web pages', () => {
  it.each([
    ['a value', 'back up accounts', 'back up accounts'],
    ['the arguments of a message', asked({ message: 'submit' }, [{ by: 'anna' }]), { by: 'anna' }],
    ['the answer of a step', answered({ bytes: 5 }), { bytes: 5 }],
    ['an answer of nothing', answered(undefined), null],
  ])('opens %s', async (_what, value, shown) => {
    const answer = await ask(`${await endpoint()}/decode`, { body: await bodyOf(value) });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': UI });
    expect(valuesIn(answer)).toEqual([shown]);
  });

  it('shows what it cannot open as such', async () => {
    const payload = toJson(defaultPayloadConverter.toPayload('forged'));
    const body = JSON.stringify({ payloads: [payload] });
    const answer = await ask(`${await endpoint()}/decode`, { body });
    expect(valuesIn(answer)).toEqual([{ 'pawl/unsealed': 'it is not sealed' }]);
  });

  it.each<[string, Record<string, string>]>([
    ['a page of somebody else', { origin: 'https://evil.example' }],
    ['no page', { origin: '' }],
    ['a page that has the name of this machine point here', { host: 'evil.example:8233' }],
  ])('answers %s with 403', async (_who, headers) => {
    const answer = await ask(`${await endpoint()}/decode`, { headers, body: await bodyOf('x') });
    expect(answer).toMatchObject({ status: 403, text: '' });
  });

  it('answers a browser that asks first', async () => {
    const answer = await ask(`${await endpoint()}/decode`, { method: 'OPTIONS' });
    expect(answer).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': UI, 'access-control-allow-methods': 'POST' },
    });
  });

  it.each([
    ['/decode', 'GET', undefined, 405],
    ['/encode', 'POST', '{"payloads":[]}', 404],
    ['/', 'POST', '{"payloads":[]}', 404],
    ['/decode', 'POST', 'no JSON', 400],
    ['/decode', 'POST', '{}', 400],
    ['/decode', 'POST', `{"payloads":[${' '.repeat(9 * 1024 ** 2)}]}`, 413],
  ])('answers %s by %s with a number alone', async (path, method, body, status) => {
    const options = body === undefined ? { method } : { method, body };
    const answer = await ask(`${await endpoint()}${path}`, options);
    expect(answer).toMatchObject({ status, text: '', headers: { connection: 'close' } });
  });

  it('answers a body that is too long before it ends, and waits for its end no longer than a while', async () => {
    const url = await endpoint();
    const sent = httpRequest(`${url}/decode`, { method: 'POST', headers: { origin: UI } });
    sent.on('error', () => undefined).write(' '.repeat(9 * 1024 ** 2));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    await once(sent, 'close');
  });

  it('seals what is requested there only where it may act', async () => {
    const body = JSON.stringify({
      payloads: [toJson(defaultPayloadConverter.toPayload({ by: 'anna' }))],
    });
    const { text } = await ask(`${await endpoint(true)}/encode`, { body });
    const [sealed] = (JSON.parse(text) as { payloads: ReturnType<typeof toJson>[] }).payloads;
    const metadata = Object.entries(sealed?.metadata ?? {}).map(([name, value]) => [
      name,
      Buffer.from(value, 'base64'),
    ]);
    const payload = {
      metadata: Object.fromEntries(metadata) as Record<string, Buffer>,
      data: Buffer.from(sealed?.data ?? '', 'base64'),
    };
    const value: unknown = defaultPayloadConverter.fromPayload(codec.open(payload));
    expect(isAsked(value) && value.args).toEqual([{ by: 'anna' }]);
  });

  it('is for those who may read the key', async () => {
    expect(await mayRead(0)).toBe(true);
    expect(await mayRead(process.getuid?.() ?? 0)).toBe(true);
    expect(await mayRead(65_534)).toBe(false);
  });
});

it('is told to the dev server, where there is one', () => {
  const server = { program: 'temporal', stateDirectory: '/s', port: 7233, uiPort: 8233 };
  const command = (more: object) => devServerCommand({ ...server, namespace: 'default', ...more });
  const url = 'http://127.0.0.1:40123';
  expect(command({ codecEndpoint: url }).join(' ')).toContain(`--ui-codec-endpoint ${url}`);
  expect(command({}).join(' ')).not.toContain('codec');
});
