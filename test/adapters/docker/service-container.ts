import type { Site } from '../../../activities/ports/site';
import {
  startService as startContainer,
  uniqueName,
  type ServiceOptions,
  type TestContainer,
} from '../../support/docker';

export interface ServiceContainer extends Pick<TestContainer, 'container' | 'remove'> {
  readonly project: string;
  readonly site: Site;
}

/** A container of a Compose project, of its own unless one is named, with the site that describes it. */
export async function startService(
  options: Omit<ServiceOptions, 'project'> & { project?: string },
): Promise<ServiceContainer> {
  const project = options.project ?? uniqueName('project');
  const started = await startContainer({ ...options, project });
  return {
    container: started.container,
    remove: () => started.remove(),
    project,
    site: composeSite(project),
  };
}

export function composeSite(project: string): Site {
  return {
    stack: 'melvin',
    directory: '/opt/melvin',
    compose: { files: [], project },
    secret: () => Promise.reject(new Error('no secrets here')),
  };
}
