/** How a worker names itself to Temporal; its pollers, attempts and UI show it. */
export interface WorkerIdentity {
  readonly host: string;
  readonly pid: number;
  readonly machine: string;
  /** Of pawl. */
  readonly version: string;
  /** It works for runs that an earlier build began, beside the one of its own build. */
  readonly earlier: boolean;
}

/** Of the deployment that all of pawl's workflow workers make up; a build of it is named for its workflow code. */
export const DEPLOYMENT = 'pawl';

const FORM =
  /^(?<host>\S+) \((?<pid>\d+)@(?<machine>[^)]*)\) pawl (?<version>\S+?)(?<earlier>, earlier build)?$/;

export function writeIdentity({ host, pid, machine, version, earlier }: WorkerIdentity): string {
  return `${host} (${pid}@${machine}) pawl ${version}${earlier ? ', earlier build' : ''}`;
}

/** Undefined of a worker that is none of pawl's, or of a version that named itself otherwise. */
export function readIdentity(text: string): WorkerIdentity | undefined {
  const found = FORM.exec(text)?.groups;
  if (found === undefined) return undefined;
  const { host = '', pid, machine = '', version = '', earlier } = found;
  return { host, pid: Number(pid), machine, version, earlier: earlier !== undefined };
}
