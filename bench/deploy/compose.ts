import { freePort } from '../../worker/free-port';
import { ComposeProject } from './compose-project';
import type { Contender } from './contender';
import { imageOf } from './images';

/** What most people do: another tag in the Compose file, and `docker compose up -d`. */
export async function openCompose(): Promise<Contender> {
  const port = await freePort('127.0.0.1');
  const project = await ComposeProject.create('compose');
  return {
    title: 'docker compose up -d',
    url: `http://127.0.0.1:${port}`,
    release: async (version) => {
      await project.describe({
        api: { image: imageOf(version), ports: [`127.0.0.1:${port}:8000`] },
      });
      await project.compose('up', '--detach');
    },
    remove: () => project.remove(),
  };
}
