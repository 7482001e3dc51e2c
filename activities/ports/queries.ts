import type { PostgresEntry } from '../../workflows/model/stack';
import type { Attempt } from './attempt';
import type { Site } from './site';

export interface Question {
  readonly site: Site;
  /** The database that is asked. */
  readonly entry: PostgresEntry;
  readonly query: string;
  readonly attempt: Attempt;
}

/** Asks an application's database one question. */
export interface Queries {
  /**
   * Runs a query in a transaction that can only read, with the database's own search path.
   * Returns the one column of its first row; null when there is none.
   * Throws: VerificationFailed (the server refuses the query) · CredentialsRejected · ServiceUnavailable
   */
  ask(question: Question): Promise<boolean | number | string | null>;
}
