import { LABELS } from '../../../workflows/model/labels';

/** Labels by which containers are found: Compose's own, and those that pawl writes into a release's file. */
export const LABEL = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  directory: 'com.docker.compose.project.working_dir',
  oneOff: 'com.docker.compose.oneoff',
  hash: 'com.docker.compose.config-hash',
  /** `switch` or `slot`, of what stands for a service behind a switch. */
  role: LABELS.role,
  /** Of a slot: the service in whose place it is. */
  switchedService: LABELS.service,
  release: LABELS.release,
} as const;

type Labelled = Readonly<Record<string, string>>;

/** Its place among the replicas of its service. */
export function replicaOf(labels: Labelled): number {
  return Number(labels[LABEL.number] ?? Number.MAX_SAFE_INTEGER);
}

/** 0 where no release made it. */
export function releaseOf(labels: Labelled): number {
  return Number(labels[LABEL.release] ?? 0);
}
