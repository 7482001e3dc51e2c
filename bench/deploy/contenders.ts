import { openCompose } from './compose';
import type { OpenContender } from './contender';
import { openKamalProxy } from './kamal-proxy';
import { openNginx } from './nginx';
import { openPawl } from './pawl';
import { openRollout } from './rollout';

/** By the name that `--contender` takes. */
export const CONTENDERS: Readonly<Record<string, OpenContender>> = {
  pawl: openPawl,
  compose: openCompose,
  rollout: openRollout,
  nginx: openNginx,
  'kamal-proxy': openKamalProxy,
};
