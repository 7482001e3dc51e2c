/**
 * Reports movement of bytes: the heartbeat's progress and the stall watchdog's food. Cheap; call it often. Without a
 * figure: work goes on that moves no bytes of the stream, such as the building of an index.
 */
export type OnProgress = (bytesDone?: number) => void;

export interface Attempt {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Names what this attempt starts (`pawl:<run key>:<part>`), so that the next attempt can end what is left of it. */
  readonly owner: string;
  /**
   * How long any one answer of a database is waited for: of what only looks. Absent where a question may take hours, as those
   * of a dump do: then a watchdog, or the step's own limit, ends it.
   */
  readonly answerSeconds?: number;
}
