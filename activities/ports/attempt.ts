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
}
