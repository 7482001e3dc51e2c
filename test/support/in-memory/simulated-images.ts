import { createHash } from 'node:crypto';

export interface SimulatedImage {
  readonly id: string;
  /** What its application answers with. */
  readonly version: string;
  /** Paths that it declares as volumes. */
  readonly volumes: readonly string[];
  /** `repository:tag`. */
  readonly names: Set<string>;
  /** `repository@sha256:…`. */
  readonly digests: Set<string>;
}

/** The images of a host, and the registry that it asks. */
export class SimulatedImages {
  isRegistryAway = false;
  /** By reference: where it points now. */
  private readonly tags = new Map<string, SimulatedImage>();
  /** By pinned name, for ever. */
  private readonly pins = new Map<string, SimulatedImage>();
  private readonly local = new Map<string, SimulatedImage>();

  /** Puts an image on this host; the name moves to it. */
  add(version: string, options: { name?: string; volumes?: readonly string[] } = {}): string {
    const image = this.made(version, options.volumes);
    this.local.set(image.id, image);
    if (options.name !== undefined) this.tag(image.id, options.name);
    return image.id;
  }

  /** Puts an image in the registry, under a reference that moves to it. Returns its pinned name. */
  push(version: string, reference: string): string {
    const image = this.made(version);
    const pinned = `${repositoryOf(reference)}@${digestOf(image.id)}`;
    this.tags.set(withTag(reference), image);
    this.pins.set(pinned, image);
    this.byId(image.id)?.digests.add(pinned);
    return pinned;
  }

  tag(id: string, name: string): void {
    const whole = withTag(name);
    for (const image of this.local.values()) image.names.delete(whole);
    this.byId(id)?.names.add(whole);
  }

  drop(id: string): void {
    this.local.delete(id);
  }

  byId(id: string): SimulatedImage | undefined {
    return this.local.get(id);
  }

  /** By id, name or digest; a name without a tag is the one of `latest`. */
  find(reference: string): SimulatedImage | undefined {
    const named = withTag(reference);
    return [...this.local.values()].find(
      ({ id, names, digests }) => id === reference || names.has(named) || digests.has(reference),
    );
  }

  all(): readonly SimulatedImage[] {
    return [...this.local.values()];
  }

  /** What the registry has of a reference: a digest counts, whatever tag stands before it. */
  inRegistry(
    reference: string,
  ): { readonly digest: string; readonly image: SimulatedImage } | undefined {
    const [name = '', digest] = reference.split('@');
    const image =
      digest === undefined
        ? this.tags.get(withTag(name))
        : this.pins.get(`${repositoryOf(name)}@${digest}`);
    return image && { digest: digestOf(image.id), image };
  }

  /** Fetches a pinned image. */
  fetch(pinned: string): SimulatedImage | undefined {
    const { image } = this.inRegistry(pinned) ?? {};
    if (image === undefined) return undefined;
    const here = this.local.get(image.id) ?? image;
    here.digests.add(pinned);
    this.local.set(here.id, here);
    return here;
  }

  private made(version: string, volumes: readonly string[] = []): SimulatedImage {
    const id = `sha256:${createHash('sha256')
      .update(JSON.stringify([version, volumes]))
      .digest('hex')}`;
    return this.local.get(id) ?? { id, version, volumes, names: new Set(), digests: new Set() };
  }
}

export function repositoryOf(reference: string): string {
  return withTag(reference).replace(/:[^:/]*$/, '');
}

function withTag(reference: string): string {
  const last = reference.slice(reference.lastIndexOf('/') + 1);
  return last.includes(':') || last.includes('@') ? reference : `${reference}:latest`;
}

/** A manifest's digest is another one than the image's id. */
function digestOf(id: string): string {
  return `sha256:${createHash('sha256').update(id).digest('hex')}`;
}
