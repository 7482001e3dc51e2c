import { ID_PREFIXES } from '../workflows/model/id-prefixes';
import { NOW_SUFFIX } from '../workflows/model/stack';
import { durationSeconds } from './duration';
import type { Finding } from './problem';
import { asDraft, asText } from './rule';
import type { Report, Rule } from './rule';
import { approvalRules } from './rules-approvals';
import { copyRules } from './rules-copies';
import { databaseRules } from './rules-databases';
import { deployRules } from './rules-deploy';
import { drillRules } from './rules-drill';
import { edgeRules } from './rules-edge';
import { freezeRules } from './rules-freeze';
import { keepRules } from './rules-keep';
import { folderRules } from './rules-folders';
import { repositoryRules } from './rules-repository';
import { notifyRules } from './rules-notify';
import { scheduleRules } from './rules-schedule';
import { keyPlace, toPlain, valuePlace } from './tree';
import type { TreeNode } from './tree';
import { NAME, NAME_RULE } from './name';

/*
 * What the schema cannot say: how keys must fit each other. Rules read the merged file as it stands, not the schema's
 * result, so that a mistake in one entry does not hide one in another. They pass over what the schema refuses anyway.
 */

const stackRules: readonly Rule[] = [
  function stackNameIsNotReserved(stack, report) {
    const reserved: readonly string[] = ID_PREFIXES;
    if (reserved.includes(asText(stack['stack']))) {
      report(['stack'], 'is a name that pawl uses itself; choose another');
    }
  },

  function hostNameIsNoQueueOfAnother(stack, report) {
    if (asText(stack['host']).endsWith(NOW_SUFFIX)) {
      report(
        ['host'],
        `must not end with \`${NOW_SUFFIX}\`, which pawl uses itself; choose another`,
      );
    }
  },

  function otherHostsHaveADirectory(stack, report) {
    const { host, directory } = stack as { host?: unknown; directory?: unknown };
    if (typeof host !== 'string' || host === 'local') return;
    if (directory === undefined) {
      report(['host'], 'needs `directory` too: the folder of the project on that host', 'key');
    } else if (typeof directory === 'string' && !directory.startsWith('/')) {
      report(['directory'], 'must be absolute, since it is a folder on another host');
    }
  },

  function somethingIsProtected(stack, report) {
    const { protect } = stack as { protect?: unknown };
    const isEmpty = protect === null || Object.keys(asDraft(protect)).length === 0;
    if (
      protect !== undefined &&
      !Array.isArray(protect) &&
      typeof protect !== 'string' &&
      isEmpty
    ) {
      report(['protect'], 'must name at least one database or folder', 'key');
    }
  },

  // Not in the schema: a record passes over the value of a key that it refuses.
  function entriesHaveProperNames(stack, report) {
    for (const name of Object.keys(asDraft(stack['protect']))) {
      if (!NAME.test(name)) report(['protect', name], `the name ${NAME_RULE}`, 'key');
    }
  },

  function limitsGrow(stack, report) {
    const { heartbeat = '10s', stall = '5m', deadline = '24h' } = asDraft(stack['limits']);
    const [beat = 0, still = 0, whole = 0] = [heartbeat, stall, deadline].map((limit) =>
      durationSeconds(asText(limit)),
    );
    if (still > 0 && beat > still)
      report(['limits', 'heartbeat'], 'must not be longer than `stall`');
    if (whole > 0 && still > whole)
      report(['limits', 'stall'], 'must not be longer than `deadline`');
  },
];

const ALL_RULES: readonly Rule[] = [
  ...[
    ...stackRules,
    ...folderRules,
    ...repositoryRules,
    ...copyRules,
    ...databaseRules,
    ...deployRules,
    ...drillRules,
    ...edgeRules,
    ...approvalRules,
    ...freezeRules,
    ...notifyRules,
    ...keepRules,
    ...scheduleRules,
  ],
];

export function checkRules(root: TreeNode): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (path, message, at) => {
    const place = at === 'key' ? keyPlace(root, path) : valuePlace(root, path);
    findings.push({ place, path, message });
  };
  const stack = asDraft(toPlain(root));
  for (const rule of ALL_RULES) rule(stack, report);
  return findings;
}
