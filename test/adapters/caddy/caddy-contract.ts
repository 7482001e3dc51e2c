import type { Attempt } from '../../../activities/ports/attempt';
import type { Caddy } from '../../../activities/ports/caddy';
import type { EdgeCertificate } from '../../../activities/ports/edge';
import type { Site } from '../../../activities/ports/site';
import type { EdgeSite } from '../../../workflows/model/edge';
import { failureOf } from '../../support/failure-of';

export const HOST = 'intern.example.org';

/** A host without containers, on whose disk pairs of certificate and key are written for `HOST`. */
export interface CaddySubject {
  readonly caddy: Caddy;
  readonly site: Site;
  /** Writes `<folder>/cert.pem` and `<folder>/key.pem`, another pair each time. */
  writePair(folder: string): Promise<void>;
  remove(): Promise<void>;
}

const ATTEMPT: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'test',
};

/** What every `Caddy` does. Run on the real adapter and on the in-memory fake, so that the fake cannot drift. */
export function caddyContract(create: () => Promise<CaddySubject>): void {
  let subject: CaddySubject;
  beforeEach(async () => {
    subject = await create();
    await subject.writePair('tls');
  });
  afterEach(() => subject.remove());

  const sites = (...certificates: readonly EdgeSite['certificate'][]): readonly EdgeSite[] =>
    certificates.map((certificate) => ({ host: HOST, service: 'api', certificate }));
  const read = (...certificates: readonly EdgeSite['certificate'][]) =>
    subject.caddy.certificates(subject.site, {
      ...{ image: 'caddy', ports: { http: 80, https: 443 } },
      sites: sites(...certificates),
    });
  const pair = (file: string, key = file) => {
    return { file: `${file}/cert.pem`, key: `${key}/key.pem` };
  };

  it('reads the certificates that come from files, and knows one by what is in it', async () => {
    const [first, ...others] = await read('automatic', pair('tls'));
    expect(others).toEqual([]);
    expect(first).toMatchObject<Partial<EdgeCertificate>>({ host: HOST });
    await subject.writePair('tls');
    const [renewed] = await read(pair('tls'));
    expect(renewed?.digest).not.toBe(first?.digest);
    expect((await read(pair('tls')))[0]?.digest).toBe(renewed?.digest);
  });

  it('names each certificate that is not there, or does not fit its key', async () => {
    await subject.writePair('other');
    const failure = await failureOf(read(pair('tls', 'other'), pair('nowhere')));
    expect(failure.kind).toBe('PreconditionFailed');
    expect(failure.message).toMatch(/other\/key\.pem is not the key of .*tls\/cert\.pem/);
    expect(failure.message).toMatch(/nowhere\/cert\.pem is not there/);
  });

  it('does not wait for one that is not there', async () => {
    const failure = await failureOf(subject.caddy.reload(subject.site, ATTEMPT));
    expect(failure.kind).toBe('PreconditionFailed');
  });
}
