import { basename, dirname, resolve } from 'node:path';
import type Dockerode from 'dockerode';
import { AdapterError } from '../../adapter-error';
import type { Site } from '../../ports';
import { asking } from './docker-failure';

export interface FoundContainer {
  readonly id: string;
  /** Such as `melvin-postgres-1`. */
  readonly name: string;
}

const LABEL = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  directory: 'com.docker.compose.project.working_dir',
  oneOff: 'com.docker.compose.oneoff',
} as const;

/** The longest pause that the engine makes before it starts a container again. */
const BACK_WITHIN_MILLISECONDS = 60_000;

/**
 * Finds the running container of a service by the labels Compose gave it; of several replicas the lowest number.
 * Throws: PreconditionFailed (none, or none that runs) · ServiceUnavailable (it has just ended, or the engine is
 *         away) · CredentialsRejected
 */
export async function findContainer(
  docker: Dockerode,
  site: Site,
  service: string,
): Promise<FoundContainer> {
  const label = [`${LABEL.service}=${service}`, `${LABEL.oneOff}=False`];
  const ofService = await asking(`Could not look for service ${service}`, () =>
    docker.listContainers({ all: true, filters: { label } }),
  );
  const candidates = ofProject(ofService, site).sort((a, b) => replica(a) - replica(b));
  const running = candidates.find(({ State }) => State === 'running');
  if (running === undefined) {
    const backSoon = await Promise.all(candidates.map((each) => mayBeBackSoon(docker, each)));
    throw notRunning(site, service, candidates, backSoon.includes(true));
  }
  return { id: running.Id, name: nameOf(running) };
}

/** The project's name as Compose computes it where neither `-p` nor the file says one. */
export function composeProjectName(site: Pick<Site, 'directory' | 'compose'>): string {
  const { project, files = [] } = site.compose ?? {};
  if (project !== undefined) return project;
  // Source: compose-go, loader.NormalizeProjectName
  return basename(projectDirectory(site.directory, files))
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}

function projectDirectory(directory: string, files: readonly string[]): string {
  return dirname(resolve(directory, files[0] ?? 'compose.yaml'));
}

/**
 * Without a configured name, containers started in the stack's own directory come first: the Compose file or its `.env`
 * may name the project, and two checkouts may have equal names.
 */
function ofProject(
  containers: readonly Dockerode.ContainerInfo[],
  site: Site,
): Dockerode.ContainerInfo[] {
  const { project, files = [] } = site.compose ?? {};
  const directory = projectDirectory(site.directory, files);
  const here = containers.filter(({ Labels }) => Labels[LABEL.directory] === directory);
  if (project === undefined && here.length > 0) return here;
  const name = composeProjectName(site);
  return containers.filter(({ Labels }) => Labels[LABEL.project] === name);
}

function replica({ Labels }: Dockerode.ContainerInfo): number {
  return Number(Labels[LABEL.number] ?? Number.MAX_SAFE_INTEGER);
}

function nameOf({ Id, Names }: Dockerode.ContainerInfo): string {
  return Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12);
}

/** What crashed in the middle of a run, or with the whole engine, is back in a moment: that is worth waiting for. */
async function mayBeBackSoon(
  docker: Dockerode,
  candidate: Dockerode.ContainerInfo,
): Promise<boolean> {
  if (candidate.State === 'restarting' || candidate.State === 'removing') return true;
  const { State } = await asking(`Could not inspect container ${nameOf(candidate)}`, () =>
    docker.getContainer(candidate.Id).inspect(),
  );
  return Date.now() - Date.parse(State.FinishedAt) < BACK_WITHIN_MILLISECONDS;
}

function notRunning(
  site: Site,
  service: string,
  candidates: readonly Dockerode.ContainerInfo[],
  backSoon: boolean,
): AdapterError {
  const project = composeProjectName(site);
  const states = candidates.map((container) => `${nameOf(container)} is ${container.State}`);
  const found = states.length === 0 ? 'there is none, not even a stopped one' : states.join(', ');
  return new AdapterError(
    backSoon ? 'ServiceUnavailable' : 'PreconditionFailed',
    `No container of service ${service} runs in Compose project ${project}: ${found}`,
    {
      advice: `Start it with \`docker compose -p ${project} up -d ${service}\` in ${site.directory}.`,
    },
  );
}
