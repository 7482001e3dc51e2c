import type { ObservedImage } from '../../workflows/release/observed-release';
import { AdapterError } from '../ports/adapter-error';
import { composeService, imageName } from './compose-service';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

export interface BuildImageInput extends StepInput {
  readonly service: string;
}

/**
 * Builds the image of a service on this host, as its Compose file says, and pins it by its id: whatever a registry has
 * under the same name is another one.
 * Shape:  { stack, service } → { reference, pinned }
 * Retry:  safe; the builder's cache has what is done. Heartbeats while the builder is silent too.
 * Throws: VerificationFailed (a step of the build fails; evidence has its last lines) · PreconditionFailed (Compose refuses
 *         the files) · ServiceUnavailable (engine away) · CommandFailed (a base image's registry is away, disk full)
 */
export const buildImage =
  (ports: HostPorts) =>
  (input: BuildImageInput): Promise<ObservedImage> => {
    const { service } = input;
    return runStep(ports, input, { phase: `build ${service}` }, async (attempt, site) => {
      const { compose, images } = ports.release;
      await compose.build(site, service, attempt);
      // Asked after the build: the files may have changed since the plan, and Compose has built what they say now.
      const facts = await compose.facts(site, attempt);
      const reference = imageName(facts, composeService(facts, service));
      const pinned = await images.onHost(reference);
      if (pinned !== undefined) return { reference, pinned };
      const text = `Compose has built ${service}, and the engine has no image ${reference}`;
      throw new AdapterError('VerificationFailed', text, {
        advice: 'Does the builder load what it builds into this engine? `docker buildx ls` says.',
      });
    });
  };
