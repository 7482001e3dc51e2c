import { dirname } from 'node:path';
import { EDGE_SERVICE, type EdgeDescription } from '../../workflows/model/edge';
import type { StackDescription } from '../../workflows/model/stack';
import type { ComposeProjectModel } from '../../workflows/release/compose-model';
import { renderEdge } from '../../workflows/release/render-edge';
import { AdapterError } from '../ports/adapter-error';
import { caddyConfiguration } from './caddy-configuration';
import { deploymentOf } from './deploy-of';
import type { RoutedSite, WantedEdge } from '../ports/edge';
import type { ReleasePorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';
import { releaseText } from '../../workflows/model/release-text';
import { isEdge } from './service-container';

export interface EdgeOf {
  readonly stack: StackDescription;
  /** The Compose project, as it is written. */
  readonly model: ComposeProjectModel;
  readonly edge: EdgeDescription;
  /** Pinned. */
  readonly image: string;
}

/**
 * What an edge is when it is as the stack file says, of this image and with the files that are on this host now.
 * Throws: PreconditionFailed (a certificate's files, or what the project has in its place)
 */
export async function wantedEdge(
  { caddy, edges }: ReleasePorts,
  site: Site,
  { stack, model, edge, image }: EdgeOf,
): Promise<WantedEdge> {
  const certificates = await caddy.certificates(site, edge);
  const folders = certificates.flatMap(({ file, key }) => [dirname(file), dirname(key)]);
  const rendered = renderEdge({
    ...{ model, stack: stack.name, edge, image },
    folder: edges.folder(stack.name),
    certificateFolders: [...new Set(folders)].sort(),
  });
  if ('obstacle' in rendered) {
    throw new AdapterError('PreconditionFailed', rendered.obstacle, { advice: rendered.advice });
  }
  return {
    compose: releaseText(rendered.model),
    configuration: caddyConfiguration(edge, routed(stack, edge), certificates),
    certificates: certificates.map(({ digest }) => digest),
  };
}

function routed(stack: StackDescription, { sites }: EdgeDescription): RoutedSite[] {
  return sites.flatMap((site) => {
    const { port } = deploymentOf(stack, site.service);
    return port === undefined ? [] : [{ ...site, port }];
  });
}

export async function runningEdge(
  { services }: ReleasePorts,
  site: Site,
  project: string,
): Promise<ServiceContainer | undefined> {
  const containers = await services.containers(site, project, EDGE_SERVICE);
  return containers.find((container) => container.state === 'running' && isEdge(container));
}
