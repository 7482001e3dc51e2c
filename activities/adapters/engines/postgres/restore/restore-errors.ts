/*
 * What a verbose pg_restore prints when it goes on after errors, as data. It names an entry of the archive's table of contents by
 * its number before the first error of it, and counts all errors at its end:
 *
 *   pg_restore: creating MATERIALIZED VIEW DATA "public.totals"
 *   pg_restore: while PROCESSING TOC:
 *   pg_restore: from TOC entry 3343; 0 16395 MATERIALIZED VIEW DATA totals postgres
 *   pg_restore: error: could not execute query: ERROR:  relation "docs" does not exist
 *   LINE 1: select count(*) from docs
 *   QUERY:  select count(*) from docs
 *   CONTEXT:  SQL function "n_docs" during inlining
 *   Command was: REFRESH MATERIALIZED VIEW public.totals;
 *   pg_restore: warning: errors ignored on restore: 1
 *
 * Source: PostgreSQL, pg_backup_archiver.c (warn_or_exit_horribly) of versions 11, whose lines begin with
 * `pg_restore: [archiver (db)]`, to 18
 */

const ENTRY = /^pg_restore: (?:\[[^\]]*\] Error )?from TOC entry (\d+);/;
const ERROR = /^pg_restore: (?:error: |\[[^\]]*\] )(?!Error (?:while|from) )(.*)$/s;
const IGNORED = /^(?:pg_restore: warning|WARNING): errors ignored on restore: (\d+)$/;
/** Lines of the server's message that say more; all others show statements, which may hold anything. */
const MORE = /^(DETAIL|HINT): {2}(.*)$/s;

/** What it does just now. */
const DOING = /^pg_restore: (?!error: |warning: |fatal: |detail: |hint: |\[)/;

/** Lines that are not of what it does; the last ones tell why it ended. */
const KEPT_LINES = 40;

/** What is said of one entry; longer ones hold rows. */
const LONGEST_MESSAGE = 600;

/** By id of the archive's entry: what the server said of it. */
export type Failures = ReadonlyMap<number, string>;

export class RestoreErrors {
  private readonly messages = new Map<number, string>();
  private entry: number | undefined;
  /** Whether lines that follow belong to the error that is kept of the entry. */
  private isOpen = false;
  private isCounted = false;
  private readonly lines: string[] = [];

  /** A line of standard error. */
  add(line: string): void {
    const entry = ENTRY.exec(line)?.[1];
    if (entry !== undefined) {
      this.entry = Number(entry);
      this.isOpen = false;
      return;
    }
    if (!DOING.test(line)) this.keep(line);
    if (IGNORED.test(line)) this.isCounted = true;
    const error = ERROR.exec(line)?.[1];
    if (error !== undefined) this.open(withoutPreface(error));
    else if (/^(?:pg_restore: | *Command was: )/.test(line)) this.isOpen = false;
    else this.addMore(line);
  }

  /** The last lines of standard error without what it did. */
  get tail(): string {
    return this.lines.join('\n').trim();
  }

  /** Each entry that failed, and why; undefined when pg_restore did not come to its end. */
  get failures(): Failures | undefined {
    return this.isCounted && this.messages.size > 0 ? this.messages : undefined;
  }

  private keep(line: string): void {
    this.lines.push(shortened(line));
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }

  /** The first error of an entry: what follows is its consequence. */
  private open(error: string): void {
    this.isOpen = this.entry !== undefined && !this.messages.has(this.entry);
    if (this.isOpen && this.entry !== undefined) this.messages.set(this.entry, shortened(error));
  }

  private addMore(line: string): void {
    const [, label, text] = MORE.exec(line) ?? [];
    if (!this.isOpen || this.entry === undefined || label === undefined) return;
    const message = this.messages.get(this.entry) ?? '';
    this.messages.set(this.entry, shortened(`${message} (${label}: ${text ?? ''})`));
  }
}

/** `could not execute query: ERROR:  relation "docs" does not exist` → `relation "docs" does not exist` */
function withoutPreface(error: string): string {
  return error.replace(
    /^(?:could not execute query|COPY failed for table ".*?"): (?:ERROR: +)?/s,
    '',
  );
}

function shortened(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)}…`;
}
