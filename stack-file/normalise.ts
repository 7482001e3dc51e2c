import type { ComposeProject, StackDescription } from '../workflows/model/stack';
import { requireSeconds } from './duration';
import { normaliseEntry } from './engines';
import { normaliseApprovals } from './normalise-approvals';
import { normaliseCopies } from './normalise-copies';
import { normaliseFreeze } from './normalise-freeze';
import { normaliseDeploy } from './normalise-deploy';
import { normaliseDrill } from './normalise-drill';
import { normaliseEdge } from './normalise-edge';
import { normaliseRepository } from './normalise-repository';
import { normaliseNotify } from './normalise-notify';
import { withOwnDatabases } from './own-databases';
import { normaliseKeep } from './normalise-keep';
import { normaliseSchedule } from './normalise-schedule';
import type { StackDocument } from './schema';

/** Turns the file's own words into the description that runs are started with. `directory` is absolute. */
export function normalise(document: StackDocument, directory: string): StackDescription {
  const compose = composeProject(document);
  const copies = normaliseCopies(document);
  const deploy = normaliseDeploy(document);
  const drill = normaliseDrill(document);
  const edge = normaliseEdge(document);
  const approvals = normaliseApprovals(document);
  const freeze = normaliseFreeze(document);
  const notify = normaliseNotify(document);
  const keep = normaliseKeep(document);
  const schedule = normaliseSchedule(document);
  const { repository, limits, restore } = document;
  return {
    name: document.stack,
    host: document.host,
    directory,
    ...(compose && { compose }),
    repository: normaliseRepository(repository),
    ...(copies && { copies }),
    protect: withOwnDatabases(
      Object.entries(document.protect).map(([name, entry]) => normaliseEntry(name, entry)),
      directory,
    ),
    limits: {
      heartbeatSeconds: requireSeconds(limits.heartbeat),
      stallSeconds: requireSeconds(limits.stall),
      deadlineSeconds: requireSeconds(limits.deadline),
    },
    restore: { keepReplacedSeconds: requireSeconds(restore.keepReplaced) },
    ...(keep && { keep }),
    ...(deploy && { deploy }),
    ...(drill && { drill }),
    ...(edge && { edge }),
    ...(approvals && { approvals }),
    ...(freeze && { freeze }),
    ...(notify && { notify }),
    ...(schedule && { schedule }),
    ...(document.freshness && {
      freshness: { pointSeconds: requireSeconds(document.freshness.point) },
    }),
    ...(document.onFailure === 'hold' && { onFailure: 'hold' as const }),
  };
}

/** A service without a `compose` section belongs to the project that Compose itself would find in the directory. */
function composeProject({ compose, protect, deploy }: StackDocument): ComposeProject | undefined {
  if (compose) {
    return {
      files: compose.files,
      ...(compose.project !== undefined && { project: compose.project }),
    };
  }
  const namesService = Object.values(protect).some(({ service }) => service !== undefined);
  return namesService || deploy ? { files: [] } : undefined;
}
