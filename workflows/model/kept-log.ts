/** What a container of a run wrote, kept when it went: the end of it, without secrets. */
export interface KeptLog {
  /** `melvin/42`: the run that made it; absent where nobody knows. */
  readonly run: string;
  /** Id of the step that started it, such as `migrate` or `start:api-green`. */
  readonly step: string;
  /** Its name. */
  readonly container: string;
  /** Lines with the engine's time before each: ISO 8601, UTC, to the nanosecond. */
  readonly text: string;
}

/** Of a service that is asked for by its name: who serves now. */
export interface Whereabouts {
  readonly host: string;
  /** In the order of their numbers; those of the slot that gets the requests, where there are two. */
  readonly containers: readonly { readonly id: string; readonly name: string }[];
}
