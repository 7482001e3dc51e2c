import type { Attempt } from '../../../activities/ports/attempt';
import type { Images } from '../../../activities/ports/images';
import { failureOf } from '../../support/failure-of';

/** An engine's images, and a registry. */
export interface ImagesSubject {
  readonly images: Images;
  /** A repository of the registry that nobody else uses. */
  repository(title: string): string;
  /** Puts an image unlike any other on the host, under a name. Answers with its id. */
  make(name: string): Promise<string>;
  /** Pushes what is on the host under a reference, which it does not have here afterwards. Answers with its pinned name. */
  push(id: string, reference: string): Promise<string>;
  /** Takes an image from the host, whatever its names. */
  forget(id: string): Promise<void>;
  /** A container that needs it; the answer removes that. */
  use(id: string): Promise<() => Promise<void>>;
  takeRegistryAway(): Promise<void>;
  remove(): Promise<void>;
}

const attempt: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'pawl:test',
};

/** What every `Images` does. Run on Docker with a registry and on the in-memory fake, so that the fake cannot drift. */
export function imagesContract(create: () => Promise<ImagesSubject>): void {
  let subject: ImagesSubject;
  // The last test takes the registry away.
  beforeAll(async () => {
    subject = await create();
  });
  afterAll(() => subject.remove());

  const resolve = (reference: string) => subject.images.resolve(reference, attempt);

  it('pins what a tag means now, and pulls an old pin for ever', async () => {
    const repository = subject.repository('moves');
    const reference = `${repository}:v1`;
    const first = await subject.make(`${repository}:a`);
    const old = await subject.push(first, reference);
    await subject.forget(first);
    expect(await resolve(reference)).toEqual({ reference, pinned: old, inRegistry: true });
    expect(await subject.images.onHost(old)).toBeUndefined();

    const moved = await subject.push(await subject.make(`${repository}:b`), reference);
    expect(moved).not.toBe(old);
    expect(await resolve(reference)).toMatchObject({ pinned: moved, inRegistry: true });
    expect(await subject.images.pull(old, attempt)).toEqual({ id: first });
    expect(await subject.images.pull(old, attempt)).toEqual({ id: first });
    expect(await subject.images.onHost(old)).toBe(first);
    expect(await subject.images.missingLayers(old, attempt)).toEqual([]);
    expect(await resolve(old)).toEqual({
      ...{ reference: old, pinned: old, id: first, inRegistry: true },
    });
  });

  it('takes an image from this host that the registry does not know', async () => {
    const reference = `${subject.repository('built')}:dev`;
    const id = await subject.make(reference);
    expect(await resolve(reference)).toEqual({ reference, pinned: id, id, inRegistry: false });
    expect(await resolve(id)).toEqual({ reference: id, pinned: id, id, inRegistry: false });
    expect(await subject.images.pull(id, attempt)).toEqual({ id });
    expect(await subject.images.onHost(reference)).toBe(id);
    expect(await subject.images.declaredVolumes(id, attempt)).toEqual([]);
  });

  it('says that nobody has an image', async () => {
    const nobody = `${subject.repository('nowhere')}:v1`;
    expect((await failureOf(resolve(nobody))).kind).toBe('PreconditionFailed');
    expect(await subject.images.onHost(nobody)).toBeUndefined();
    const held = failureOf(subject.images.tag(nobody, `${subject.repository('held')}:release-1`));
    expect((await held).kind).toBe('PreconditionFailed');
  });

  it('holds images by names of its own, which go but for those that are kept', async () => {
    const { images } = subject;
    const id = await subject.make(`${subject.repository('held')}:x`);
    const repository = subject.repository('pawl');
    for (const release of [1, 2, 2]) await images.tag(id, `${repository}:release-${release}`);
    await images.dropNames(repository, (tag) => tag === 'release-2');
    expect(await images.onHost(`${repository}:release-1`)).toBeUndefined();
    expect(await images.onHost(`${repository}:release-2`)).toBe(id);
    await images.dropNames(repository, () => false);
    expect(await images.onHost(`${repository}:release-2`)).toBeUndefined();
    expect(await images.onHost(id)).toBe(id);
  });

  it('removes an image that has no name and that nothing uses', async () => {
    const { images } = subject;
    const repository = subject.repository('unused');
    const [named, used] = [`${repository}:named`, `${repository}:used`];
    const ids = [await subject.make(named), await subject.make(used)];
    const free = await subject.use(ids[1] ?? '');
    await images.removeUnused(ids);
    expect([await images.onHost(named), await images.onHost(used)]).toEqual(ids);
    // The last name of what a container needs stays.
    await images.dropNames(repository, (tag) => tag === 'named');
    expect(await images.onHost(used)).toBe(ids[1]);
    await free();
    await images.dropNames(repository, () => false);
    await images.removeUnused(ids);
    expect(await Promise.all(ids.map((id) => images.onHost(id)))).toEqual([undefined, undefined]);
  });

  it('takes what it has from this host when the registry is away, and waits for the rest', async () => {
    const repository = subject.repository('away');
    const reference = `${repository}:v1`;
    const id = await subject.make(`${repository}:x`);
    const pinned = await subject.push(id, reference);
    const other = await subject.make(`${repository}:y`);
    const gone = await subject.push(other, `${repository}:v2`);
    await subject.forget(other);
    await subject.takeRegistryAway();
    expect(await resolve(pinned)).toMatchObject({ pinned, id });
    expect((await failureOf(resolve(`${repository}:v2`))).kind).toBe('PreconditionFailed');
    const waits = failureOf(subject.images.pull(gone, attempt));
    expect((await waits).kind).toBe('ServiceUnavailable');
  });
}
