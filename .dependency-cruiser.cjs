const never = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

/** The import rules of CONTRIBUTING.md. Types count too: an architecture is what may know what. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'model-imports-nothing',
      severity: 'error',
      from: { path: '^workflows/model' },
      to: { pathNot: '^workflows/model' },
    },
    {
      name: 'planners-are-pure',
      severity: 'error',
      from: { path: '^workflows/plan' },
      to: { pathNot: '^workflows/(model|plan)' },
    },
    never(
      'workflows-are-deterministic',
      '^workflows',
      '^(worker|client|toolchain)',
      'Workflow code is replayed.',
    ),
    {
      name: 'workflows-import-activity-types-only',
      severity: 'error',
      from: { path: '^workflows' },
      to: { path: '^activities', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-packages',
      severity: 'error',
      from: { path: '^workflows' },
      to: {
        path: 'node_modules',
        pathNot: 'node_modules/(@temporalio/(workflow|common)|@noble/hashes|zod)',
      },
    },
    never(
      'activities-reach-the-world-through-ports',
      '^activities/[^/]+[.]ts$',
      '^(client|worker|toolchain|activities/adapters)',
      'Adapters are given by the worker.',
    ),
    {
      name: 'adapters-know-ports-only',
      severity: 'error',
      from: { path: '^activities/adapters/([^/]+)/' },
      to: {
        path: '^(activities|workflows|worker|client|toolchain)',
        pathNot:
          '^(activities/(ports|release-ports|adapter-error)[.]ts|workflows/model|activities/adapters/($1|process)/)',
      },
    },
    {
      name: 'adapters-do-not-know-temporal',
      severity: 'error',
      from: { path: '^activities/adapters' },
      to: { path: 'node_modules/@temporalio' },
    },
    never(
      'client-starts-no-effects',
      '^client',
      '^(activities|worker)',
      'The client talks to Temporal; effects happen in the worker.',
    ),
    never('worker-is-not-a-client', '^worker', '^client', 'The worker has no user interface.'),
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
