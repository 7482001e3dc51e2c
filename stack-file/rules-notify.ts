import { NAME, NAME_RULE } from './name';
import { quoted } from './printable';
import { asDraft, asText } from './rule';
import type { Draft, Rule } from './rule';
import { KINDS } from './schema-notify';

/** Which kind of channel a key belongs to. */
const BELONGS = { secret: 'webhook', token: 'ntfy', runbook: 'ping' } as const;

/** Rules for who is told. */
export const notifyRules: readonly Rule[] = [
  // Not in the schema: a record passes over the value of a key that it refuses.
  function channelsHaveProperNames(stack, report) {
    for (const [name] of channelsOf(stack)) {
      if (!NAME.test(name)) report(['notify', name], `the name ${NAME_RULE}`, 'key');
    }
  },

  function aChannelIsOfOneKind(stack, report) {
    for (const [name, channel] of channelsOf(stack)) {
      const [first, second] = KINDS.filter((kind) => channel[kind] !== undefined);
      if (first === undefined) {
        report(['notify', name], `needs one of ${KINDS.map(quoted).join(', ')}`, 'key');
      } else if (second !== undefined) {
        report(
          ['notify', name, second],
          `stands beside ${quoted(first)}; a channel is of one kind: make two of it`,
          'key',
        );
      }
    }
  },

  function keysFitTheirKind(stack, report) {
    for (const [name, channel] of channelsOf(stack)) {
      for (const [key, kind] of Object.entries(BELONGS)) {
        if (channel[key] === undefined || channel[kind] !== undefined) continue;
        report(['notify', name, key], `belongs to ${quoted(kind)}`, 'key');
      }
    }
  },

  function freshnessIsToldToSomebody(stack, report) {
    if (stack['freshness'] === undefined || stack['notify'] !== undefined) return;
    report(['freshness'], 'needs `notify` too: who is told', 'key');
  },

  function aPingWatchesOneRunbook(stack, report) {
    for (const [name, { ping, runbook, on }] of channelsOf(stack)) {
      if (ping === undefined) continue;
      if (runbook === undefined) {
        report(['notify', name], 'needs `runbook` too: the one that is watched', 'key');
      }
      if (on !== undefined) {
        const told =
          'a `ping` is told of start, success and failure of its `runbook`, and of nothing else';
        report(['notify', name, 'on'], told, 'key');
      }
    }
  },

  function mailLogsInWhole(stack, report) {
    for (const [name, { smtp }] of channelsOf(stack)) {
      const { user, password, security } = asDraft(smtp);
      const path = ['notify', name, 'smtp'];
      if (user !== undefined && password === undefined) {
        report([...path, 'user'], 'needs `password` too', 'key');
      }
      if (password !== undefined && user === undefined) {
        report([...path, 'password'], 'needs `user` too', 'key');
      }
      if (password !== undefined && asText(security) === 'none') {
        report(
          [...path, 'security'],
          'would send the password in the clear; use `starttls` or `tls`',
        );
      }
    }
  },
];

/** Those that are maps, whatever is in them. */
function channelsOf(stack: Draft): readonly (readonly [name: string, channel: Draft])[] {
  return Object.entries(asDraft(stack['notify'])).map(([name, channel]) => [
    name,
    asDraft(channel),
  ]);
}
