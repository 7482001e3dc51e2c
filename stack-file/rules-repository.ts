import { mayBePlain } from './plain-variables';
import { asDraft } from './rule';
import type { Draft, Rule } from './rule';
import { URL_PASSWORD } from './secret-masks';
import type { Path } from './tree';
import { SECRET_RULE } from './values';

/** What restic would read besides what pawl tells it, and then take another repository or password. */
const SET_BY_PAWL = /^RESTIC_(?:REPOSITORY|PASSWORD|FROM_|KEY_HINT|CACHE_DIR|PROGRESS_FPS)/;

/** The stack's own repository and its copies, whatever is in them. */
export function repositoriesOf(stack: Draft): readonly { path: Path; draft: Draft }[] {
  const copies = Object.entries(asDraft(stack['copies']));
  return [
    { path: ['repository'], draft: asDraft(stack['repository']) },
    ...copies.map(([name, copy]) => ({ path: ['copies', name], draft: asDraft(copy) })),
  ];
}

/** Rules for each repository by itself. */
export const repositoryRules: readonly Rule[] = [
  function urlsHoldNoPassword(stack, report) {
    for (const { path, draft } of repositoriesOf(stack)) {
      const { url } = draft;
      if (typeof url !== 'string' || !URL_PASSWORD.test(url)) continue;
      report(
        [...path, 'url'],
        'must not hold a password; write `environment: {RESTIC_REST_USERNAME: …, RESTIC_REST_PASSWORD: …}` ' +
          'with references such as `{env: NAME}`',
      );
    }
  },

  function environmentsAreResticsOwn(stack, report) {
    for (const { path: place, draft } of repositoriesOf(stack)) {
      for (const [name, value] of Object.entries(asDraft(draft['environment']))) {
        const path = [...place, 'environment', name];
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
          report(path, 'is not a name of a variable', 'key');
        if (SET_BY_PAWL.test(name)) report(path, 'is set by pawl itself; remove it', 'key');
        else if (typeof value === 'string' || typeof value === 'number') {
          if (!mayBePlain(name)) report(path, `may be a secret, and ${SECRET_RULE}`);
          else if (URL_PASSWORD.test(String(value))) {
            report(
              path,
              'must not hold a password; write where the whole value is, such as `{env: NAME}`',
            );
          }
        }
      }
    }
  },
];
