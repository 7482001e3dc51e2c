const never = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

/** Pure functions: data in, plan out; wherever they lie. */
const PLANNERS = '^workflows/[^/]+/(people/)?(plan|judge|choose|render)-[^/]+[.]ts$';
/** A release saves a point, brings data back, and may stand behind a page: it contains these, and they know nobody. */
const CONTAINED = 'backup|restore|maintenance';
/** What all of workflows/ may know. */
const SHARED = '^workflows/(messages|catalogue|define-runbook)[.]ts$';
const ROOMS = 'data|containers|release|traffic|edge|notify|run';

/** The import rules of CONTRIBUTING.md. Types count too: an architecture is what may know what. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'model-imports-nothing',
      severity: 'error',
      from: { path: '^workflows/model/' },
      to: { pathNot: '^workflows/model/' },
    },
    {
      name: 'planners-are-pure',
      severity: 'error',
      from: { path: PLANNERS },
      to: {
        path: ['node_modules/@temporalio', '^workflows/run/[^/]+[.]ts$', 'workflow[.]ts$'],
        reachable: true,
      },
    },
    {
      name: 'the-frame-knows-no-runbook',
      severity: 'error',
      comment: 'But for the facts of each, in the catalogue.',
      from: { path: '^workflows/run/' },
      to: { path: '^workflows/', pathNot: `^workflows/(model|run|requests)/|${SHARED}` },
    },
    {
      name: 'requests-are-known-by-their-shape',
      severity: 'error',
      from: { path: '^workflows/requests/' },
      to: {
        path: '^workflows/',
        pathNot: '^workflows/(model|requests)/|^workflows/catalogue[.]ts$',
      },
    },
    {
      name: 'the-catalogue-is-data',
      severity: 'error',
      from: { path: '^workflows/(catalogue|define-runbook|[^/]+/[^/]+[.]runbook)[.]ts$' },
      to: {
        path: '^workflows/',
        pathNot:
          '^workflows/(model/|define-runbook[.]ts$|requests/shapes[.]ts$|[^/]+/[^/]+[.]runbook[.]ts$)',
      },
    },
    {
      name: 'runbooks-are-apart',
      severity: 'error',
      from: { path: `^workflows/(${CONTAINED})/` },
      to: { path: '^workflows/', pathNot: `^workflows/(model|run|requests|$1)/|${SHARED}` },
    },
    {
      name: 'a-release-contains-others',
      severity: 'error',
      from: { path: '^workflows/release/' },
      to: {
        path: '^workflows/',
        pathNot: `^workflows/(model|run|requests|release|${CONTAINED})/|${SHARED}`,
      },
    },
    {
      name: 'workflows-import-activity-types-only',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    never(
      'workflows-are-deterministic',
      '^workflows/',
      '^(worker|client|toolchain|stack-file|sealing)/',
      'Workflow code is replayed.',
    ),
    {
      name: 'workflows-packages',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        path: 'node_modules',
        pathNot: 'node_modules/(@temporalio/(workflow|common)|@noble/hashes|zod)',
      },
    },
    {
      name: 'rooms-are-apart',
      severity: 'error',
      comment: 'What several rooms ask of containers is in `containers`.',
      from: { path: `^activities/(${ROOMS})/` },
      to: {
        path: '^activities/',
        pathNot: '^activities/($1|ports|frame|containers)/',
      },
    },
    never(
      'activities-reach-the-world-through-ports',
      `^activities/(${ROOMS}|frame|ports)/`,
      '^(client|worker|toolchain|stack-file|sealing|activities/adapters)/',
      'Adapters are given by the worker.',
    ),
    {
      name: 'adapters-know-ports-only',
      severity: 'error',
      from: { path: '^activities/adapters/((?:engines/)?[^/]+)/' },
      to: {
        path: '^(activities|workflows|worker|client|toolchain|stack-file|sealing)/',
        pathNot: '^(activities/ports|workflows/model|activities/adapters/($1|process))/',
      },
    },
    {
      name: 'adapters-do-not-know-temporal',
      severity: 'error',
      from: { path: '^activities/adapters/' },
      to: { path: 'node_modules/@temporalio' },
    },
    {
      name: 'the-stack-file-is-for-client-and-worker',
      severity: 'error',
      from: { path: '^stack-file/' },
      to: { path: ['^(client|worker|activities|toolchain|sealing)/', 'node_modules/@temporalio'] },
    },
    {
      name: 'the-stack-file-knows-the-model',
      severity: 'error',
      from: { path: '^stack-file/' },
      to: { path: '^workflows/', pathNot: '^workflows/(model/|catalogue[.]ts$)' },
    },
    {
      name: 'sealing-knows-the-model',
      severity: 'error',
      comment: 'Used by client and worker; workflow code has no key.',
      from: { path: '^sealing/' },
      to: {
        path: '^(client|worker|activities|toolchain|stack-file|workflows)/|node_modules/@temporalio/(worker|workflow|activity)',
        pathNot: '^workflows/model/',
      },
    },
    never(
      'client-starts-no-effects',
      '^client/',
      '^(activities|worker)/',
      'The client talks to Temporal; effects happen in the worker.',
    ),
    never('worker-is-not-a-client', '^worker/', '^client/', 'The worker has no user interface.'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
