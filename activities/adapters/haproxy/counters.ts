import { SLOTS, type Slot } from '../../../workflows/model/deployment';
import type { SlotCounters, SwitchCounters } from '../../../workflows/model/traffic';

type Row = Readonly<Record<string, string>>;

/**
 * Sums up what HAProxy says of the servers of each slot.
 * Shape:  `show stat app 4 -1` (CSV) and `show servers state app` → counters by slot
 * Units:  rtime = average of the last 1,024 responses, in milliseconds
 * Source: HAProxy 2.6 management guide, 9.1 and 9.3. A response that HAProxy had to make itself, since the server failed,
 *         is counted in hrsp_5xx of the backend, not of the server: so eresp and econ are added.
 */
export function readCounters(stat: string, state: string): SwitchCounters {
  const rows = csv(stat);
  const addresses = addressesOf(state);
  const [blue, green] = SLOTS.map((slot) => slotCounters(slot, rows, addresses));
  if (blue === undefined || green === undefined) throw new Error('a switch has two slots');
  return { blue, green };
}

function slotCounters(
  slot: Slot,
  rows: readonly Row[],
  addresses: ReadonlyMap<string, string>,
): SlotCounters {
  const servers = rows.filter((row) => (row['svname'] ?? '').startsWith(`${slot}-`));
  const sum = (...columns: readonly string[]): number =>
    servers.reduce(
      (total, row) => total + columns.reduce((all, column) => all + Number(row[column] ?? 0), 0),
      0,
    );
  const known = servers.flatMap((row) => addresses.get(row['svname'] ?? '') ?? []);
  const up = servers.filter((row) => isUp(row) && addresses.has(row['svname'] ?? ''));
  const errors = sum('hrsp_5xx', 'eresp', 'econ');
  return {
    up: up.length,
    addresses: known,
    weight: up.reduce((total, row) => total + Number(row['weight'] ?? 0), 0),
    inFlight: sum('scur'),
    responses: sum(
      'hrsp_1xx',
      'hrsp_2xx',
      'hrsp_3xx',
      'hrsp_4xx',
      'hrsp_5xx',
      'hrsp_other',
      'eresp',
      'econ',
    ),
    errors,
    connectionErrors: sum('econ'),
    responseMilliseconds: servers.length === 0 ? 0 : sum('rtime') / servers.length,
  };
}

/** `UP`, or `UP 1/2` on its way down; `no check` never comes, since all are checked. */
function isUp(row: Row): boolean {
  return /^UP|^DRAIN/.test(row['status'] ?? '');
}

function csv(text: string): Row[] {
  const [header = '', ...lines] = text.replace(/^# /, '').trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
  });
}

/** Line 1 is the format, line 2 the names; `-` stands for an address that DNS has not given. */
function addressesOf(text: string): ReadonlyMap<string, string> {
  const lines = text.trim().split('\n').slice(1);
  const names = (lines[0] ?? '').replace(/^# /, '').split(' ');
  const [name, address] = [names.indexOf('srv_name'), names.indexOf('srv_addr')];
  return new Map(
    lines.slice(1).flatMap((line): [string, string][] => {
      const values = line.split(' ');
      const at = values[address] ?? '-';
      return at === '-' || at === '' ? [] : [[values[name] ?? '', at]];
    }),
  );
}
