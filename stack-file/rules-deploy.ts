import { engineFacts } from '../workflows/model/engines';
import { SLOTS, slotService } from '../workflows/model/deployment';
import { quoted } from './printable';
import { asDraft, asText, isSwitched } from './rule';
import type { Draft, Report, Rule } from './rule';
import { URL_PASSWORD } from './secret-masks';
import type { Path } from './tree';
import { SERVICE, SERVICE_RULE, SHARE } from './values';

/** Rules for what a release releases, and for what it runs. */
export const deployRules: readonly Rule[] = [
  function releasingNeedsServices(stack, report) {
    for (const key of ['gates', 'migrations', 'release']) {
      if (stack[key] === undefined || stack['deploy'] !== undefined) continue;
      report([key], 'needs `deploy` too: the services that a release releases', 'key');
    }
  },

  function somethingIsDeployed(stack, report) {
    const { deploy } = stack as { deploy?: unknown };
    if (deploy === undefined || Array.isArray(deploy) || typeof deploy === 'string') return;
    if (servicesOf(stack).length === 0) report(['deploy'], 'must name at least one service', 'key');
  },

  // Not in the schema: a record passes over the value of a key that it refuses.
  function servicesHaveProperNames(stack, report) {
    for (const [service] of servicesOf(stack)) {
      if (!SERVICE.test(service)) report(['deploy', service], `the name ${SERVICE_RULE}`, 'key');
    }
  },

  function slotsAreNoServices(stack, report) {
    const services = servicesOf(stack);
    for (const [service, entry] of services) {
      if (!isSwitched(entry)) continue;
      const slots = SLOTS.map((slot) => slotService(service, slot));
      const taken = services.find(([other]) => slots.includes(other));
      if (!taken) continue;
      const message = `is what a slot of ${quoted(service)} will be called; rename one of them`;
      report(['deploy', taken[0]], message, 'key');
    }
  },

  function readinessIsAskedOnAPort(stack, report) {
    for (const [service, { strategy, port, ready }] of servicesOf(stack)) {
      const { http } = asDraft(ready);
      if (strategy !== 'recreate' || (port === undefined) === (http === undefined)) continue;
      if (port !== undefined) {
        const needed = ready === undefined ? 'ready' : 'ready.http';
        report(['deploy', service, 'port'], `needs ${quoted(needed)} too`, 'key');
      } else report(['deploy', service, 'ready', 'http'], `needs ${quoted('port')} too`, 'key');
    }
  },

  function canaryStepsGrow(stack, report) {
    for (const [service, entry] of servicesOf(stack)) {
      const steps = listOf(asDraft(entry['canary'])['steps']).map(asText);
      steps.forEach((step, index) => {
        const before = steps[index - 1] ?? '';
        if (![step, before].every((text) => SHARE.test(text))) return;
        if (parseInt(step) > parseInt(before)) return;
        const path = ['deploy', service, 'canary', 'steps', index];
        report(path, `must be more than the step before it, ${quoted(before)}`);
      });
    }
  },

  function gatesAndMigrationsRunInDeployedServices(stack, report) {
    const paths = gatesOf(stack, 'run').map(([path]) => path);
    for (const path of [...paths, ['migrations']]) requireDeployed(stack, path, report);
  },

  function scansNameTheImage(stack, report) {
    for (const [path, { command }] of gatesOf(stack, 'scan')) {
      if (holds(command, '{image}')) continue;
      report([...path, 'command'], 'must have `{image}` where each new image is to stand');
    }
  },

  function gateUrlsHoldNoPassword(stack, report) {
    for (const [path, { url }] of gatesOf(stack, 'http')) {
      if (typeof url !== 'string' || !URL_PASSWORD.test(url)) continue;
      report([...path, 'url'], 'must not hold a password: it would stand in the history of runs');
    }
  },

  function sqlGatesAskOneDatabase(stack, report) {
    for (const [path, { part }] of gatesOf(stack, 'sql')) {
      if (typeof part !== 'string' || typeof stack['protect'] !== 'object') continue;
      const { engine, database } = asDraft(asDraft(stack['protect'])[part]);
      if (engineFacts(engine)?.answersSql === true && typeof database === 'string') continue;
      report(
        [...path, 'part'],
        'must be an entry of `protect` that is one database of PostgreSQL (`engine: postgres`, `database: NAME`)',
      );
    }
  },

  function aWayDownHasItsRevision(stack, report) {
    const { down, head } = asDraft(stack['migrations']);
    if (down === undefined) return;
    const path = ['migrations', 'down'];
    if (!holds(down, '{revision}')) {
      report(path, 'must have `{revision}` where the revision to go back to is to stand');
    }
    if (head === undefined) {
      report(path, 'needs `head` too: it tells the revision of each release', 'key');
    }
  },
];

function servicesOf(stack: Draft): readonly (readonly [service: string, entry: Draft])[] {
  return Object.entries(asDraft(stack['deploy'])).map(([name, entry]) => [name, asDraft(entry)]);
}

/** Every gate of one kind, with the path of what it says. */
function gatesOf(stack: Draft, kind: string): readonly (readonly [path: Path, gate: Draft])[] {
  const gates = asDraft(stack['gates']);
  return ['before', 'after'].flatMap((when) =>
    listOf(gates[when]).flatMap((gate, index) => {
      const check = asDraft(gate)[kind];
      return check === undefined ? [] : [[['gates', when, index, kind], asDraft(check)] as const];
    }),
  );
}

function requireDeployed(stack: Draft, path: Path, report: Report): void {
  const { service } = asDraft(at(stack, path));
  const known = servicesOf(stack).map(([name]) => name);
  if (typeof service !== 'string' || known.length === 0 || known.includes(service)) return;
  report(
    [...path, 'service'],
    `is no service of \`deploy\`, which has ${known.map(quoted).join(', ')}`,
  );
}

function at(stack: Draft, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    return Array.isArray(value) ? (value as unknown[])[Number(step)] : asDraft(value)[step];
  }, stack);
}

/** Only of what the schema lets pass: a list of texts. */
function holds(command: unknown, mark: string): boolean {
  return !Array.isArray(command) || command.some((word) => asText(word).includes(mark));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
