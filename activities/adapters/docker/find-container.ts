import { basename, dirname, resolve } from 'node:path';
import type Dockerode from 'dockerode';
import { AdapterError } from '../../ports/adapter-error';
import type { Site } from '../../ports/site';
import { asking } from './docker-failure';
import { LABEL, releaseOf, replicaOf } from './labels';

export interface FoundContainer {
  readonly id: string;
  /** Such as `melvin-postgres-1`. */
  readonly name: string;
}

/** The longest pause that the engine makes before it starts a container again. */
const BACK_WITHIN_MILLISECONDS = 60_000;

/**
 * Finds the running container of a service by the labels Compose gave it; of several replicas the lowest number. A
 * service behind a switch runs in its slots: what bears its name in Compose is the switch. Of two slots that both run,
 * as after a release, that of the latest release is taken.
 * Throws: PreconditionFailed (none, or none that runs) · ServiceUnavailable (it has just ended, or the engine is
 *         away) · CredentialsRejected
 */
export async function findContainer(
  docker: Dockerode,
  site: Site,
  service: string,
): Promise<FoundContainer> {
  const candidates = await serviceCandidates(docker, site, service);
  const running = candidates.find(({ State }) => State === 'running');
  if (running === undefined) {
    const backSoon = await Promise.all(candidates.map((each) => mayBeBackSoon(docker, each)));
    throw notRunning(site, service, candidates, backSoon.includes(true));
  }
  return { id: running.Id, name: nameOf(running) };
}

/** All containers of a service, also those that are stopped; the slots of the latest release first. */
export async function serviceCandidates(
  docker: Dockerode,
  site: Site,
  service: string,
): Promise<Dockerode.ContainerInfo[]> {
  const listed = await asking(`Could not look for service ${service}`, () =>
    containersOf(docker, service),
  );
  return ofProject(listed, site).sort(latestFirst);
}

/** Filters of one request are all to be met, so that slots are a request of their own. */
async function containersOf(
  docker: Dockerode,
  service: string,
): Promise<Dockerode.ContainerInfo[]> {
  const ofLabels = (...labels: string[]) =>
    docker.listContainers({
      all: true,
      filters: { label: [...labels, `${LABEL.oneOff}=False`] },
    });
  const [own, slots] = await Promise.all([
    ofLabels(`${LABEL.service}=${service}`),
    ofLabels(`${LABEL.switchedService}=${service}`, `${LABEL.role}=slot`),
  ]);
  const each = new Map([...own, ...slots].map((container) => [container.Id, container]));
  return [...each.values()].filter(({ Labels }) => Labels[LABEL.role] !== 'switch');
}

function latestFirst(a: Dockerode.ContainerInfo, b: Dockerode.ContainerInfo): number {
  return releaseOf(b.Labels) - releaseOf(a.Labels) || replicaOf(a.Labels) - replicaOf(b.Labels);
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

export function nameOf({ Id, Names }: Dockerode.ContainerInfo): string {
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
    { advice: howToStart(site, service, candidates) },
  );
}

/** Compose's own file knows nothing of slots, and would put the service where the switch is. */
function howToStart(
  site: Site,
  service: string,
  [first]: readonly Dockerode.ContainerInfo[],
): string {
  if (first?.Labels[LABEL.role] === 'slot')
    return `Start it with \`docker start ${nameOf(first)}\`.`;
  const project = composeProjectName(site);
  if (first === undefined) {
    return (
      `Start it with \`docker compose -p ${project} up -d ${service}\` in ${site.directory} if the Compose file has it; ` +
      'else correct the name of the service in the stack file.'
    );
  }
  return `Start it with \`docker compose -p ${project} up -d ${service}\` in ${site.directory}.`;
}
