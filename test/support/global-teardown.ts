import { removeContainersOfRun } from './containers-of-run';
import { docker } from './docker';
import { LACKS_VARIABLE, type Lacks } from './requirements';
import { RUN_VARIABLE } from './run-labels';

/** A container that outlived its suite is a defect of the suite: it is removed, and the run fails. */
export default async function globalTeardown(): Promise<void> {
  const lacks = process.env[LACKS_VARIABLE];
  // Not set: only unit tests ran, and nobody looked for an engine.
  if (lacks === undefined || (JSON.parse(lacks) as Lacks).docker !== undefined) return;
  const leaked = await removeContainersOfRun(docker, process.env[RUN_VARIABLE] ?? '');
  if (leaked.length > 0) throw new Error(`leaked containers: ${leaked.join(', ')}`);
}
