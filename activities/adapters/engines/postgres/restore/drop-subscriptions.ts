import type { Access } from '../connect/access';
import { identifier, literal } from '../connect/quoting';
import { onDatabase } from '../connect/server-sessions';
import { queryRows, type Session } from '../connect/session';

/**
 * A database with a subscription cannot be dropped. What a restore brought back names the slot of the subscription that
 * works: it is taken from it first, or the publisher would be told to drop that.
 */
export async function dropSubscriptions(
  access: Access,
  session: Session,
  { name, allowsConnections }: { readonly name: string; readonly allowsConnections: boolean },
): Promise<void> {
  const subscriptions = await queryRows<{ name: string }>(
    session,
    `select s.subname as name
     from pg_catalog.pg_subscription s join pg_catalog.pg_database d on d.oid = s.subdbid
     where d.datname = ${literal(name)}`,
  );
  if (subscriptions.length === 0) return;
  if (!allowsConnections) {
    await session.execute(`alter database ${identifier(name)} allow_connections true`);
  }
  await onDatabase(access, name, async (inside) => {
    for (const subscription of subscriptions.map((one) => identifier(one.name))) {
      await inside.execute(`alter subscription ${subscription} disable`);
      await inside.execute(`alter subscription ${subscription} set (slot_name = none)`);
      await inside.execute(`drop subscription ${subscription}`);
    }
  });
}
