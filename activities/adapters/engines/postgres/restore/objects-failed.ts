import { describeObject } from '../../../../../workflows/model/left-out';
import { AdapterError } from '../../../../ports/adapter-error';
import { adviceFor, kindOfText } from '../failure-kind';
import type { ArchiveHead } from './archive-head';
import { mainEntries, needing } from './choose-entries';
import { namesIn } from './entry-names';
import type { Failures } from './restore-errors';
import type { Place } from './run-section';

/** Named in the message; all are in the evidence, as far as that goes. */
const NAMED = 5;

/** What a name that stands alone is called in the server's words, when it is not found. */
const NOT_FOUND = /(?:relation|function|type|operator|collation) .* does not exist/s;

/**
 * Objects of an archive that cannot be restored, however often it is tried.
 * Kind: that of all of them where they agree (a role or an extension is missing), else CommandFailed; never tried again
 */
export function objectsFailed(
  { access, database }: Place,
  head: ArchiveHead,
  failures: Failures,
): AdapterError {
  const ids = new Set(failures.keys());
  const names = namesIn(head);
  const consequences = needing(head, ids);
  const causes = mainEntries(head, ids).filter(({ id }) => !consequences.has(id));
  const told = causes.map((entry) => ({
    name: describeObject(names.objectOf(entry)),
    reason: failures.get(entry.id) ?? '',
  }));
  const further = mainEntries(head, ids).length - causes.length;
  const lines = told.map(({ name, reason }) => `${name}: ${reason}`);
  const listed = [
    ...lines.slice(0, NAMED),
    ...(lines.length > NAMED ? [`and ${lines.length - NAMED} more objects`] : []),
    ...(further > 0 ? [`and ${further} more that need them`] : []),
  ];
  const advice = adviceFor(lines.join('\n')) ?? waysOut(told);
  return new AdapterError(
    kindOfAll(told.map(({ reason }) => reason)),
    `pg_restore could not restore everything into ${database} at ${access.place}: ${listed.join('; ')}`,
    { stderrTail: lines.join('\n'), advice },
    { final: true },
  );
}

function kindOfAll(reasons: readonly string[]): AdapterError['kind'] {
  const kinds = new Set(reasons.map(kindOfText));
  const [kind] = kinds;
  return kinds.size === 1 && kind !== undefined ? kind : 'CommandFailed';
}

function waysOut(told: readonly { readonly name: string; readonly reason: string }[]): string {
  const options = told.slice(0, NAMED).map(({ name }) => `--leave-out ${shellQuoted(name)}`);
  const more = told.length > NAMED ? ' and so on for each' : '';
  const leave = `restore without ${told.length === 1 ? 'it' : 'them'}: \`pawl restore ${options.join(' ')}\`${more}.`;
  return told.some(({ reason }) => NOT_FOUND.test(reason))
    ? `Set \`restore: {searchPath: [public]}\` at this entry of the stack file, with the schemas in which the names are; or ${leave}`
    : `${leave[0]?.toUpperCase() ?? ''}${leave.slice(1)}`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
