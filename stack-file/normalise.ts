import type { ComposeProject, StackDescription } from '../workflows/model/stack';
import { requireSeconds } from './duration';
import { normaliseEntry } from './engines';
import { normaliseApprovals } from './normalise-approvals';
import { normaliseFreeze } from './normalise-freeze';
import { normaliseDeploy } from './normalise-deploy';
import { normaliseEdge } from './normalise-edge';
import { normaliseNotify } from './normalise-notify';
import { normaliseSecret } from './normalise-secret';
import type { StackDocument } from './schema';

/** Turns the file's own words into the description that runs are started with. `directory` is absolute. */
export function normalise(document: StackDocument, directory: string): StackDescription {
  const compose = composeProject(document);
  const deploy = normaliseDeploy(document);
  const edge = normaliseEdge(document);
  const approvals = normaliseApprovals(document);
  const freeze = normaliseFreeze(document);
  const notify = normaliseNotify(document);
  const { repository, limits, restore } = document;
  return {
    name: document.stack,
    host: document.host,
    directory,
    ...(compose && { compose }),
    repository: {
      url: repository.url,
      password: normaliseSecret(repository.password),
      initialise: repository.initialise,
      environment: Object.fromEntries(
        Object.entries(repository.environment).map(([name, value]) => [
          name,
          typeof value === 'object' ? normaliseSecret(value) : { plain: String(value) },
        ]),
      ),
    },
    protect: Object.entries(document.protect).map(([name, entry]) => normaliseEntry(name, entry)),
    limits: {
      heartbeatSeconds: requireSeconds(limits.heartbeat),
      stallSeconds: requireSeconds(limits.stall),
      deadlineSeconds: requireSeconds(limits.deadline),
    },
    restore: { keepReplacedSeconds: requireSeconds(restore.keepReplaced) },
    ...(deploy && { deploy }),
    ...(edge && { edge }),
    ...(approvals && { approvals }),
    ...(freeze && { freeze }),
    ...(notify && { notify }),
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
