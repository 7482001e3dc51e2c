import type Dockerode from 'dockerode';
import { CHECKOUT_LABEL, checkoutHash, pidOfRun, RUN_LABEL } from './run-labels';

/** Removes what runs of this checkout left that were killed themselves. */
export async function sweepDeadRuns(docker: Dockerode): Promise<void> {
  const containers = await list(docker, `${CHECKOUT_LABEL}=${checkoutHash}`);
  const runs = [...new Set(containers.map(({ Labels }) => Labels[RUN_LABEL] ?? ''))];
  for (const run of runs) {
    if (!isAlive(pidOfRun(run))) await removeContainersOfRun(docker, run);
  }
}

/** Removes every container and network of a run; answers with their names. */
export async function removeContainersOfRun(docker: Dockerode, run: string): Promise<string[]> {
  const label = `${RUN_LABEL}=${run}`;
  const containers = await list(docker, label);
  for (const { Id } of containers) {
    await docker.getContainer(Id).remove({ force: true, v: true });
  }
  const networks = await docker.listNetworks({ filters: { label: [label] } });
  for (const { Id } of networks) await docker.getNetwork(Id).remove();
  return [
    ...containers.map(({ Names, Image }) => `${Names[0] ?? 'unnamed'} (${Image})`),
    ...networks.map(({ Name }) => `network ${Name}`),
  ];
}

function list(docker: Dockerode, label: string): Promise<Dockerode.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: { label: [label] } });
}

/** Also where there is no /proc. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
