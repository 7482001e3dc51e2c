import { hasSwitch } from '../../workflows/model/deployment';
import type { PinnedImage } from '../../workflows/model/release';
import { releaseText } from '../../workflows/model/release-text';
import type { StackDescription } from '../../workflows/model/stack';
import type { ComposeProjectModel } from '../../workflows/release/compose-model';
import { renderRelease } from '../../workflows/release/render-release';
import { AdapterError } from '../ports/adapter-error';
import { deploymentOf } from './deploy-of';
import type { Switches } from '../ports/switches';

export interface ToBeRendered {
  readonly model: ComposeProjectModel;
  readonly images: readonly { readonly service: string; readonly image: PinnedImage }[];
  /** Pinned; absent when no service is switched. */
  readonly switchImage?: string;
}

/**
 * Writes the text of a release's Compose model by its number. The folders of its switches are made where they are absent.
 * Throws: PreconditionFailed (what the Compose file has and a release cannot carry, with its path)
 */
export async function releaseRenderer(
  switches: Switches,
  stack: StackDescription,
  { model, images, switchImage = '' }: ToBeRendered,
): Promise<(number: number) => string> {
  const services = images.map(({ service, image }) => ({
    ...{ deployment: deploymentOf(stack, service), image },
  }));
  const folders = new Map<string, string>();
  for (const { service } of services.map(({ deployment }) => deployment).filter(hasSwitch)) {
    folders.set(service, await switches.folder({ stack: stack.name, service }));
  }
  return (number) => {
    const rendered = renderRelease({
      ...{ model, stack: stack.name, release: number, services, switchImage },
      switchFolder: (service) => folders.get(service) ?? '',
    });
    if ('obstacle' in rendered) {
      throw new AdapterError('PreconditionFailed', rendered.obstacle, { advice: rendered.advice });
    }
    return releaseText(rendered.model);
  };
}
