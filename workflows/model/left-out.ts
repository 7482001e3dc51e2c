/** An object in a dump, as people name it. */
export interface NamedObject {
  /** The dump's own word, in lower case: `table`, `materialized view data`, `fk constraint`. */
  readonly kind: string;
  /** `schema.name`, `schema.table.name`, or `name`; quoted as in SQL where it must be. */
  readonly name: string;
}

/** What a restore goes without, since an operator has said so. */
export interface LeftOut extends NamedObject {
  /** What was answered when it was tried: it needs something that was to be left out. Absent where its own name was given. */
  readonly reason?: string;
}

/** What names given to leave out mean in one dump. */
export interface LeaveOutChoice {
  readonly objects: readonly NamedObject[];
  /** What needs them, and is left out with them if it cannot be restored. */
  readonly dependents: readonly NamedObject[];
  /** How many more of these there are than are named. */
  readonly moreDependents: number;
  /** Names that nothing in the dump has. */
  readonly unknown: readonly string[];
  /** Names that several objects have. */
  readonly ambiguous: readonly {
    readonly name: string;
    readonly objects: readonly NamedObject[];
  }[];
}

export function describeObject({ kind, name }: NamedObject): string {
  return `${kind} ${name}`;
}
