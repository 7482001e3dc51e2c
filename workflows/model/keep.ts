/** Which recovery points are kept. A point that any of the counts names is kept; with none of them, every one is. */
export interface KeepPolicy {
  /** The newest so many. */
  readonly last?: number;
  /** The newest point of each of the newest so many hours, days, weeks, months and years that have one. */
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
  /** Every point that is not older. */
  readonly withinSeconds?: number;
  /** Most octets that the stack may take in the repository: the oldest points go until it does. */
  readonly maxBytes?: number;
  /** Whose days, weeks, months and years these are: IANA's name, such as `Europe/Berlin`. */
  readonly zone: string;
}
