import { durationSeconds } from './duration';
import { quoted } from './printable';
import { asDraft, asText } from './rule';
import type { Draft, Rule } from './rule';

/** Rules for who must approve what. */
export const approvalRules: readonly Rule[] = [
  function enoughPeopleMayApprove(stack, report) {
    for (const [runbook, { required, from }] of policiesOf(stack)) {
      const people = namesOf(from).length;
      if (typeof required !== 'number' || people === 0 || required <= people) continue;
      const message = `must not be more than the number of people in \`from\`, ${people}`;
      report(['approvals', runbook, 'required'], message);
    }
  },

  // Two names for one person would be two approvals.
  function nobodyIsNamedTwice(stack, report) {
    for (const [runbook, { from }] of policiesOf(stack)) {
      const names = namesOf(from);
      names.forEach((name, index) => {
        const path = ['approvals', runbook, 'from', index];
        const [user = ''] = name.split('@');
        if (names.indexOf(name) < index) report(path, 'is there already');
        else if (name !== user && names.includes(user)) {
          report(path, `is covered by ${quoted(user)}, who may from every machine`);
        }
      });
    }
  },

  function peopleAreAskedWithinTheDeadline(stack, report) {
    const { deadline = '24h' } = asDraft(stack['limits']);
    const whole = durationSeconds(asText(deadline)) ?? Infinity;
    for (const [runbook, { expires = '4h' }] of policiesOf(stack)) {
      if ((durationSeconds(asText(expires)) ?? 0) < whole) continue;
      const message = 'must be shorter than `limits.deadline`, which counts the wait too';
      report(['approvals', runbook, 'expires'], message);
    }
  },
];

function policiesOf(stack: Draft): readonly (readonly [runbook: string, policy: Draft])[] {
  return Object.entries(asDraft(stack['approvals'])).map(([name, policy]) => [
    name,
    asDraft(policy),
  ]);
}

function namesOf(from: unknown): readonly string[] {
  return Array.isArray(from) ? from.map(asText) : [];
}
