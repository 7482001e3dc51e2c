/** Why a switched service answers every request with 503. Lies in the switch's own file, on the host. */
export interface Maintenance {
  /** What the page says: text, whatever characters are in it. */
  readonly message: string;
  readonly by: string;
  /** ISO 8601, UTC. A message that takes another's place keeps it. */
  readonly since: string;
}

/** A switched service of the stack file, as its host has it. */
export interface MaintainedService {
  readonly service: string;
  /** False until its first release. */
  readonly switched: boolean;
  /** What answers users in the place of its switch, in a sentence without its full stop; absent where nothing does. */
  readonly inTheWay?: string;
  readonly maintenance?: Maintenance;
}
