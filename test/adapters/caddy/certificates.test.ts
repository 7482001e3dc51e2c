import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readCertificates } from '../../../activities/adapters/caddy/certificates';
import { makeCertificate } from '../../runbooks/support/https-client';

const HOST = 'intern.example.org';

describe('the certificates of an edge', () => {
  let directory: string;
  const at = (...names: string[]) => join(directory, ...names);

  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'pawl-certificates-')));
    await makeCertificate(at('tls'), HOST);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const read = (file: string, key: string, host = HOST) =>
    readCertificates(
      { directory },
      { sites: [{ host, service: 'api', certificate: { file, key } }] },
    );
  const good = () => read('tls/cert.pem', 'tls/key.pem');

  it('are found beside the stack file, and known by what is in them', async () => {
    const [first] = await good();
    expect(first).toMatchObject({ host: HOST, file: at('tls/cert.pem'), key: at('tls/key.pem') });
    await makeCertificate(at('tls'), HOST);
    const [renewed] = await good();
    expect(renewed?.digest).not.toBe(first?.digest);
  });

  it('are found where a link leads, so that the folder that is mounted has them', async () => {
    await mkdir(at('live'));
    for (const name of ['cert.pem', 'key.pem']) await symlink(at('tls', name), at('live', name));
    const [found] = await read('./live/cert.pem', at('live/key.pem'));
    expect(found).toMatchObject({ file: at('tls/cert.pem'), key: at('tls/key.pem') });
  });

  it('of no file is nothing', async () => {
    const sites = [{ host: HOST, service: 'api', certificate: 'automatic' as const }];
    expect(await readCertificates({ directory }, { sites })).toEqual([]);
  });

  const withPassword = async () => {
    const argv = ['pkey', '-in', at('tls/key.pem'), '-aes256', '-passout', 'pass:x'];
    await promisify(execFile)('openssl', [...argv, '-out', at('tls/locked.pem')]);
  };
  const other = () => makeCertificate(at('other'), HOST);
  const nothing = () => Promise.resolve();
  const beside = async () => {
    await writeFile(at('cert.pem'), await readFile(at('tls/cert.pem')));
  };
  const braces = async () => {
    await makeCertificate(at('{env.HOME}'), HOST);
  };

  it.each([
    ['is not there', nothing, 'tls/none.pem', 'tls/key.pem', /tls\/none\.pem is not there/],
    ['has another key', other, 'tls/cert.pem', 'other/key.pem', /is not the key of .*cert\.pem/],
    ['is none', nothing, 'tls/key.pem', 'tls/key.pem', /key\.pem is no PEM certificate/],
    ['has a key that is none', nothing, 'tls/cert.pem', 'tls/cert.pem', /no PEM key without/],
    ['has a locked key', withPassword, 'tls/cert.pem', 'tls/locked.pem', /no PEM key without/],
    ['lies in the project itself', beside, 'cert.pem', 'tls/key.pem', /a folder of its own/],
    ['has a placeholder', braces, '{env.HOME}/cert.pem', '{env.HOME}/key.pem', /has braces/],
    ['is a folder', nothing, 'tls', 'tls/key.pem', /cannot be read by the worker|its own/],
  ])('is refused when it %s', async (_title, prepare, file, key, why) => {
    await prepare();
    await expect(read(file, key)).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringMatching(why) as string,
    });
  });

  it('of another name is refused, and each that is wrong is told', async () => {
    const certificate = { file: 'tls/cert.pem', key: 'tls/key.pem' };
    const sites = ['a.example.org', 'b.example.org'].map((host) => {
      return { host, service: 'api', certificate };
    });
    const refusal = await readCertificates({ directory }, { sites }).catch(String);
    expect(refusal).toMatch(/edge\.sites\.a\.example\.org\.certificate: .* but for DNS:intern/);
    expect(refusal).toContain('edge.sites.b.example.org.certificate');
  });
});
