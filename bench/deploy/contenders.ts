import { openCompose } from './compose';
import type { OpenContender } from './contender';
import { openKamalProxy } from './kamal-proxy';
import { openNginx } from './nginx';
import { openPawl, openPawlWithoutCanary } from './pawl';
import { openRollout } from './rollout';

/** By the name that `--contender` takes. */
export const CONTENDERS: Readonly<Record<string, OpenContender>> = {
  pawl: openPawl,
  'pawl-at-once': openPawlWithoutCanary,
  compose: openCompose,
  rollout: openRollout,
  nginx: openNginx,
  'kamal-proxy': openKamalProxy,
};
