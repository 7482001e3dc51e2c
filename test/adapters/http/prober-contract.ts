import type { Prober } from '../../../activities/ports/prober';

/** One service, and nobody beside it. */
export interface ProbedService {
  readonly prober: Prober;
  /** Answers 200 at `/healthz`. */
  readonly url: string;
  /** Where nobody listens. */
  readonly silentUrl: string;
  remove(): Promise<void>;
}

/** What every `Prober` does. Run on HTTP and on the in-memory fake, so that the fake cannot drift. */
export function proberContract(create: () => Promise<ProbedService>): void {
  let service: ProbedService;
  beforeAll(async () => {
    service = await create();
  });
  afterAll(() => service.remove());

  const get = (url: string, signal = new AbortController().signal) =>
    service.prober.get(url, 5_000, signal);

  it('tells the status, and how long it took', async () => {
    const milliseconds = expect.any(Number) as number;
    expect(await get(`${service.url}/healthz`)).toEqual({ status: 200, milliseconds });
  });

  it('says that nobody listens, which is an observation', async () => {
    const answer = await get(service.silentUrl);
    expect(answer).toMatchObject({ status: 0, milliseconds: expect.any(Number) as number });
    expect(answer.reason).toContain('ECONNREFUSED');
  });

  it('rejects with the reason when it is aborted', async () => {
    const reason = new Error('cancelled');
    await expect(get(service.url, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('refuses what is no HTTP address', async () => {
    const kind = 'PreconditionFailed';
    await expect(get('ftp://host/')).rejects.toMatchObject({ kind });
    await expect(get('/healthz')).rejects.toMatchObject({ kind });
  });
}
