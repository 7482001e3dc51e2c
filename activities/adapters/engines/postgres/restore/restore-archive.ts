import type { LeftOut } from '../../../../../workflows/model/left-out';
import { identifier, literal } from '../connect/quoting';
import type { ArchiveEntry, ArchiveHead } from './archive-head';
import { sectionsOf, type Section } from './archive-sections';
import { chooseEntries, mainEntries, SETTINGS, type ChosenEntries } from './choose-entries';
import { namesIn } from './entry-names';
import { objectsFailed } from './objects-failed';
import type { Failures } from './restore-errors';
import { endMark, rewriteHead, type EndMark } from './rewrite-head';
import type { SectionRuns } from './section-runs';
import { unprovedContents } from './unproved-contents';

export interface ArchiveOptions {
  /** Names of what is not to be restored. */
  readonly leaveOut: readonly string[];
  /** Schemas in which names are looked for that stand alone; none, as pg_dump has it, when absent. */
  readonly searchPath?: readonly string[];
}

/**
 * Restores one archive section by section: what rows need, the rows, what needs rows. Of each section what has failed is
 * tried again as long as that helps, since objects may need each other in ways that nobody recorded: a function's text,
 * a check that reads another table.
 */
export class ArchiveRestore {
  readonly end: EndMark;
  private readonly chosen: ChosenEntries;
  private readonly failures = new Map<number, string>();

  constructor(
    private readonly runs: SectionRuns,
    private readonly head: ArchiveHead,
    private readonly options: ArchiveOptions,
  ) {
    this.end = endMark(head);
    this.chosen = chooseEntries(head, options.leaveOut);
  }

  /**
   * What rows need. When some of it cannot be had, what needs rows is tried as well, without any: then all that is wrong
   * is known before the first row is copied.
   * Throws: as `objectsFailed`
   */
  async restoreStructure(): Promise<void> {
    await this.restoreSection('pre-data');
    if (this.unforeseen().size === 0) return;
    await this.restoreSection('post-data');
    throw this.failed();
  }

  /** Head of an archive of these rows, or of all; undefined where there are none. */
  headOfRows(ids: ReadonlySet<number> | undefined): Buffer | undefined {
    const wanted = ids ?? this.idsOf('data');
    return wanted.size === 0 ? undefined : this.headOf(wanted, this.end);
  }

  /**
   * Which rows are worth another try: of tables that are there, when others have come since.
   * Shape:  what was tried and what of it failed → ids, none when nothing is to be hoped
   */
  noteRows(tried: ReadonlySet<number> | undefined, failed: Failures): ReadonlySet<number> {
    const count = tried?.size ?? this.idsOf('data').size;
    for (const id of tried ?? []) this.failures.delete(id);
    this.note(failed);
    const mayChange = [...failed].filter(([, message]) => !UNCHANGING.test(message));
    return failed.size < count ? new Set(mayChange.map(([id]) => id)) : new Set();
  }

  /**
   * What needs rows.
   * Shape:  → what was left out, and the contents that are not there to be proved
   * Throws: as `objectsFailed`
   */
  async finish(): Promise<{ leftOut: readonly LeftOut[]; unproved: readonly string[] }> {
    await this.restoreSection('post-data');
    if (this.unforeseen().size > 0) throw this.failed();
    const missing = new Set([...this.chosen.leftOut, ...this.failures.keys()]);
    return { leftOut: this.leftOut(), unproved: unprovedContents(this.head, missing) };
  }

  private async restoreSection(section: Section): Promise<void> {
    let tried = this.idsOf(section);
    let failed = await this.attempt(tried);
    while (failed.size > 0 && failed.size < tried.size) {
      tried = new Set(failed.keys());
      const again = await this.attempt(tried);
      failed = new Map([...again].map(([id, text]) => [id, later(failed.get(id), text)]));
    }
    this.note(failed);
  }

  private async attempt(ids: ReadonlySet<number>): Promise<Failures> {
    if (ids.size === 0) return new Map();
    const run = await this.runs.start();
    await run.write(this.headOf(ids));
    return run.finish();
  }

  private headOf(ids: ReadonlySet<number>, end?: EndMark): Buffer {
    return rewriteHead(this.head, {
      keeps: ({ id, kind }) => SETTINGS.has(kind) || ids.has(id),
      definition: (entry) => this.definitionOf(entry),
      ...(end !== undefined && { end }),
    });
  }

  /** pg_restore has no option for it, and sends this statement as it is. */
  private definitionOf({ kind }: ArchiveEntry): string | undefined {
    if (kind !== 'SEARCHPATH') return undefined;
    const path = (this.options.searchPath ?? []).map(identifier).join(', ');
    return `SELECT pg_catalog.set_config('search_path', ${literal(path)}, false);\n${LEAVE_ALONE}`;
  }

  private idsOf(section: Section): ReadonlySet<number> {
    const ids = new Set<number>();
    for (const [{ id }, own] of sectionsOf(this.head)) {
      if (own === section && !this.chosen.leftOut.has(id)) ids.add(id);
    }
    return ids;
  }

  private note(failed: Failures): void {
    for (const [id, text] of failed) this.failures.set(id, text);
  }

  /** What has failed and needs nothing of what was left out. */
  private unforeseen(): Failures {
    return new Map([...this.failures].filter(([id]) => !this.chosen.dependents.has(id)));
  }

  private failed(): Error {
    return objectsFailed(this.runs.place, this.head, this.unforeseen());
  }

  private leftOut(): readonly LeftOut[] {
    const names = namesIn(this.head);
    const failed = mainEntries(this.head, new Set(this.failures.keys())).map((entry) => ({
      ...names.objectOf(entry),
      reason: this.failures.get(entry.id) ?? '',
    }));
    return [...this.chosen.choice.objects, ...failed];
  }
}

/** What a role may have set for itself, and pg_restore does not set: it would refuse to write, or be ended while it waits for bytes. */
const LEAVE_ALONE = `SELECT pg_catalog.set_config(s.name, s.value, false)
  FROM (VALUES ('default_transaction_read_only', 'off'), ('idle_session_timeout', '0')) s (name, value)
  WHERE EXISTS (SELECT FROM pg_catalog.pg_settings p WHERE p.name = s.name);\n`;

/** No rows of another table mend these. */
const UNCHANGING = /does not exist|permission denied|must be owner/;

/** Of an entry that is there by now, why it failed the first time is what is to be known. */
function later(before: string | undefined, now: string): string {
  return before !== undefined && now.includes('already exists') ? before : now;
}
