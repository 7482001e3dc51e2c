import type { ObservedImage } from '../../workflows/release/observed-release';
import { AdapterError } from '../ports/adapter-error';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

export interface PushImageInput extends StepInput {
  readonly service: string;
  /** As it was built: `pinned` is its id. */
  readonly image: ObservedImage;
}

/**
 * Pushes what was built to its registry, and pins it by the registry's digest: other hosts can have it from there.
 * Shape:  { stack, service, image } → { reference, pinned }
 * Retry:  safe; what the registry has is not sent again. Heartbeats.
 * Throws: CredentialsRejected · ServiceUnavailable (registry or engine away) · CommandFailed · VerificationFailed (the
 *         registry has another image under the name)
 */
export const pushImage =
  (ports: HostPorts) =>
  (input: PushImageInput): Promise<ObservedImage> => {
    const { service, image } = input;
    const { reference } = image;
    return runStep(ports, input, { phase: `push ${reference}` }, async (attempt, site) => {
      const { compose, images } = ports.release;
      await compose.push(site, service, attempt);
      const { pinned, id, inRegistry } = await images.resolve(reference, attempt);
      if (inRegistry && id === image.pinned) return { reference, pinned };
      const text = `${reference} was pushed, and its registry has another image under the name`;
      throw new AdapterError('VerificationFailed', text, {
        advice: 'Somebody else pushes to the same tag: give each build a tag of its own.',
      });
    });
  };
