import type { CommandSpec } from '../command';

/** What the command line has of a runbook. Loaded for every `--help`: data only. */
export interface ClientRunbook {
  /** `pawl NAME` */
  readonly command: CommandSpec;
  /** Options that make the plan what it is; `pawl plan NAME` has them. Absent: `-n` alone shows a plan. */
  readonly choices?: CommandSpec['options'];
}
