import { NAME, NAME_RULE } from './name';
import { quoted } from './printable';
import { asDraft } from './rule';
import type { Draft, Rule } from './rule';
import { repositoriesOf } from './rules-repository';

/** Rules for further repositories. */
export const copyRules: readonly Rule[] = [
  // Not in the schema: a record passes over the value of a key that it refuses.
  function copiesHaveProperNames(stack, report) {
    for (const name of Object.keys(asDraft(stack['copies']))) {
      if (!NAME.test(name)) report(['copies', name], `the name ${NAME_RULE}`, 'key');
    }
  },

  function copiesLieElsewhere(stack, report) {
    const repositories = repositoriesOf(stack);
    repositories.forEach(({ path, draft: { url } }, index) => {
      if (typeof url !== 'string') return;
      const earlier = repositories.slice(0, index).find(({ draft }) => draft['url'] === url);
      if (earlier === undefined) return;
      report(
        [...path, 'url'],
        `is that of ${quoted(earlier.path.join('.'))}; a copy lies elsewhere`,
      );
    });
  },

  function environmentsAgree(stack, report) {
    const own = environmentOf(asDraft(stack['repository']));
    for (const { path, draft } of repositoriesOf(stack).slice(1)) {
      for (const [name, value] of Object.entries(environmentOf(draft))) {
        const other = own[name];
        if (other === undefined || isSame(other, value)) continue;
        report(
          [...path, 'environment', name],
          'is not as in `repository.environment`, and restic copies with one environment for both; ' +
            'reach one of the two by another way, such as `rclone:REMOTE:PATH` with a login of its own',
        );
      }
    }
  },
];

function environmentOf({ environment }: Draft): Draft {
  return asDraft(environment);
}

/** As they are written: `1` and `'1'` are one value, and so are two references with the same keys. */
function isSame(left: unknown, right: unknown): boolean {
  const text = (value: unknown) =>
    JSON.stringify(typeof value === 'number' ? String(value) : value);
  return text(left) === text(right);
}
