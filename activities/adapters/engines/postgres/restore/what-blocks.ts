import { setTimeout as sleep } from 'node:timers/promises';
import { literal } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';

/** A transaction manager prepares transactions all the time, and commits each within milliseconds. */
const PREPARED_FOR_MILLISECONDS = 2_000;
/** Named of one kind. */
const NAMED = 5;

interface Held {
  readonly isStandby: boolean;
  /** Ids of prepared transactions, as SQL strings. */
  readonly prepared: readonly string[];
  readonly subscriptions: readonly { readonly name: string; readonly enabled: boolean }[];
  readonly slots: readonly { readonly name: string; readonly active: boolean }[];
  /** Sessions of physical replication. */
  readonly standbys: number;
}

/** What holds a database where it is, or would be lost with it, unseen by those who only look at sessions. */
export interface Blocking {
  readonly refusals: readonly { readonly reason: string; readonly wayOut: string }[];
  readonly notes: readonly string[];
}

/**
 * What keeps a database from being renamed, and what a rename would do to those who replicate it.
 * Retry:  safe; reads only. Waits for two seconds where transactions are prepared: most are gone then
 */
export async function whatBlocks(session: Session, database: string): Promise<Blocking> {
  const held = await look(session, database);
  if (held.isStandby) return { refusals: [standby], notes: [] };
  const prepared = held.prepared.length === 0 ? [] : await lasting(session, database, held);
  const active = held.slots.filter((slot) => slot.active);
  const enabled = held.subscriptions.filter((subscription) => subscription.enabled);
  return {
    refusals: [
      ...(prepared.length > 0 ? [preparedTransactions(database, prepared)] : []),
      ...(active.length > 0 ? [usedSlots(database, namesOf(active))] : []),
      ...(enabled.length > 0 ? [runningSubscriptions(database, namesOf(enabled))] : []),
    ],
    notes: notesOn(database, held),
  };
}

async function lasting(session: Session, database: string, { prepared }: Held): Promise<string[]> {
  await sleep(PREPARED_FOR_MILLISECONDS);
  const still = new Set((await look(session, database)).prepared);
  return prepared.filter((id) => still.has(id));
}

/** On a standby there are no subscriptions that work, and no transactions of its own. */
async function look(session: Session, database: string): Promise<Held> {
  const [held] = await queryRows<Held>(
    session,
    `select pg_catalog.pg_is_in_recovery() as "isStandby",
            array(select pg_catalog.quote_literal(gid) from pg_catalog.pg_prepared_xacts
                  where database = ${literal(database)} order by prepared) as prepared,
            (select coalesce(json_agg(json_build_object('name', s.subname, 'enabled', s.subenabled)
                                      order by s.subname), '[]')
             from pg_catalog.pg_subscription s join pg_catalog.pg_database d on d.oid = s.subdbid
             where d.datname = ${literal(database)}) as subscriptions,
            (select coalesce(json_agg(json_build_object('name', slot_name, 'active', active)
                                      order by slot_name), '[]')
             from pg_catalog.pg_replication_slots
             where database = ${literal(database)} and not temporary) as slots,
            (select count(*) from pg_catalog.pg_stat_activity
             where backend_type = 'walsender' and datname is null) as standbys`,
  );
  return held ?? { isStandby: false, prepared: [], subscriptions: [], slots: [], standbys: 0 };
}

const standby = {
  reason: 'the server is a standby: nothing can be written to it',
  wayOut: 'Restore on its primary, or promote it first.',
};

function preparedTransactions(database: string, ids: readonly string[]) {
  return {
    reason: `prepared transactions hold database ${database}: ${listed(ids)}`,
    wayOut: `Connected to ${database}, \`commit prepared\` or \`rollback prepared\` each (see pg_prepared_xacts).`,
  };
}

function usedSlots(database: string, names: readonly string[]) {
  return {
    reason: `replication slots of database ${database} are in use: ${listed(names)}`,
    wayOut:
      'Stop what reads them (a subscriber, Debezium): after a restore it must start over, with a new slot.',
  };
}

function runningSubscriptions(database: string, names: readonly string[]) {
  return {
    reason: `subscriptions write into database ${database}: ${listed(names)}`,
    wayOut: `Connected to ${database}, \`alter subscription … disable\` each: the replaced database would go on receiving, and the restored one would not.`,
  };
}

function notesOn(database: string, { subscriptions, slots, standbys }: Held): string[] {
  const idle = slots.filter((slot) => !slot.active);
  const disabled = subscriptions.filter((subscription) => !subscription.enabled);
  return [
    ...(idle.length > 0
      ? [
          `Replication slots of ${database} (${listed(namesOf(idle))}) stay with the replaced database and keep WAL until they or it are dropped.`,
        ]
      : []),
    ...(disabled.length > 0
      ? [
          `Subscriptions of ${database} (${listed(namesOf(disabled))}) stay with the replaced database; their slots at the publisher are not dropped with it.`,
        ]
      : []),
    ...(standbys > 0
      ? [`Standbys that are connected now (${standbys}) receive all that is restored.`]
      : []),
  ];
}

function namesOf(items: readonly { readonly name: string }[]): string[] {
  return items.map(({ name }) => name);
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  const named = names.slice(0, NAMED).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}
