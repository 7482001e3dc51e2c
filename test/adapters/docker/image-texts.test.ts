import { Readable } from 'node:stream';
import { parseImageReference } from '../../../activities/adapters/docker/image-reference';
import { lastBytes } from '../../../activities/adapters/process/last-bytes';
import { readPullProgress } from '../../../activities/adapters/docker/pull-progress';
import { explain, registryError } from '../../../activities/adapters/docker/registry-failure';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

describe('an image reference', () => {
  it.each([
    ['nginx', 'docker.io', 'nginx', 'latest'],
    ['nginx:1.27', 'docker.io', 'nginx', '1.27'],
    ['library/nginx', 'docker.io', 'nginx', 'latest'],
    ['docker.io/nginx', 'docker.io', 'nginx', 'latest'],
    ['index.docker.io/library/nginx:x', 'docker.io', 'nginx', 'x'],
    ['acme/api:V2_b', 'docker.io', 'acme/api', 'V2_b'],
    ['localhost/api', 'localhost', 'localhost/api', 'latest'],
    ['localhost:5000/api', 'localhost:5000', 'localhost:5000/api', 'latest'],
    ['[::1]:5000/api:2', '[::1]:5000', '[::1]:5000/api', '2'],
    ['ghcr.io/acme/team/api__x:v2', 'ghcr.io', 'ghcr.io/acme/team/api__x', 'v2'],
  ])('%s has registry, repository and tag', (text, registry, repository, tag) => {
    expect(parseImageReference(text)).toEqual({ kind: 'name', registry, repository, tag });
  });

  it('may be a digest, with a tag that says nothing, or an id', () => {
    expect(parseImageReference(`h:5000/api:v2@${DIGEST}`)).toMatchObject({
      ...{ repository: 'h:5000/api', digest: DIGEST },
    });
    const id = { kind: 'id', id: DIGEST };
    expect(parseImageReference(DIGEST)).toEqual(id);
    expect(parseImageReference(DIGEST.slice(7))).toEqual(id);
  });

  it.each([
    '',
    'API',
    'api:',
    'api::2',
    'a/../b',
    'api?x=1',
    'api#x',
    'api v2',
    'https://h/api',
    `api@${DIGEST}0`,
    'api@sha256:1',
    '/api',
    'api/',
    'api:v2\n',
    '-x',
  ])('is refused before the engine sees it: %j', (text) => {
    expect(() => parseImageReference(text)).toThrow('is not an image reference');
  });
});

describe('what a registry says', () => {
  it.each([
    ['no basic auth credentials', 'CredentialsRejected'],
    ['unauthorized: incorrect username or password', 'CredentialsRejected'],
    [
      "pull access denied for x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      'CredentialsRejected',
    ],
    ['dial tcp: lookup h on 10.0.0.1:53: no such host', 'ServiceUnavailable'],
    ['dial tcp 127.0.0.1:1: connect: connection refused', 'ServiceUnavailable'],
    ['net/http: TLS handshake timeout', 'ServiceUnavailable'],
    ['toomanyrequests: You have reached your pull rate limit.', 'ServiceUnavailable'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'ServiceUnavailable'],
    ['manifest for x not found: manifest unknown: manifest unknown', 'PreconditionFailed'],
    ['failed to register layer: write /x: no space left on device', 'CommandFailed'],
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'CommandFailed'],
    ['x509: certificate signed by unknown authority', 'CommandFailed'],
  ])('%s', (words, kind) => {
    const error = registryError(explain(words), 'Could not pull x');
    expect([error.kind, error.message]).toEqual([kind, `Could not pull x: ${words}`]);
  });

  it('is told with advice when the disk is full', () => {
    const error = registryError(explain('no space left on device'), 'Could not pull x');
    expect(error.evidence.advice).toContain('docker system df');
  });
});

describe('the progress of a pull', () => {
  const lines = [
    { status: 'Pulling from team/api', id: DIGEST },
    { status: 'Downloading', id: 'a', progressDetail: { current: 10, total: 30 } },
    { status: 'Downloading', id: 'b', progressDetail: { current: 5 } },
    { status: 'Downloading', id: 'a', progressDetail: { current: 30, total: 30 } },
    { status: 'Extracting', id: 'a', progressDetail: { current: 7 } },
  ];
  /** Cut in the middle of lines, and of a character. */
  const streamOf = (objects: unknown[]) => {
    const bytes = Buffer.from(objects.map((object) => `${JSON.stringify(object)}\r\n`).join(''));
    return Readable.from(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)));
  };

  it('adds the layers up, and says that it unpacks', async () => {
    const reports: unknown[] = [];
    const failure = await readPullProgress(streamOf(lines), (bytes) => reports.push(bytes));
    expect(failure).toBeUndefined();
    expect(reports).toEqual([undefined, 10, 15, 35, undefined]);
  });

  it('has the failure among its lines', async () => {
    const error = 'write /ü: no space left on device';
    const stream = streamOf([...lines, { errorDetail: { message: error }, error }]);
    expect(await readPullProgress(stream, () => undefined)).toEqual({ why: 'full', reason: error });
  });
});

describe('the last bytes of an output', () => {
  it('are whole when they are few, and begin with a line when they are many', () => {
    const few = lastBytes(100);
    few.add(Buffer.from('one\ntwo\n'));
    expect(few.text()).toBe('one\ntwo');
    const many = lastBytes(100);
    for (let line = 1; line <= 1000; line++) many.add(Buffer.from(`line ${line}\n`));
    expect(many.text()).toMatch(/^line 99\d\n/);
    expect(many.text().endsWith('line 1000')).toBe(true);
    const long = lastBytes(100);
    long.add(Buffer.alloc(1000, 'x'));
    expect(long.text()).toBe('x'.repeat(100));
  });
});
