import type { KeptLog } from '../../workflows/model/kept-log';

/** `logs/<stack>/` in the state directory: what containers wrote that are gone. Bounded: the newest runs' only. */
export interface KeptLogs {
  /** Keeps one, in the place of an earlier one of the same container. Durable. */
  keep(stack: string, log: KeptLog): Promise<void>;
  /** Of one run, in the order in which they were begun. */
  list(stack: string, run: string): Promise<readonly KeptLog[]>;
}
