import { ChangedSources, type Change } from '../support/changed-sources';

/* What it takes to add a runbook and an engine, and that nothing of it can be forgotten: a throw-away one of each. */

const RUNBOOK: Readonly<Record<string, string>> = {
  'workflows/greet/greet.runbook.ts': `
    import { defineRunbook } from '../define-runbook';
    import type { PlanBase } from '../model/plans';
    export interface GreetPlan extends PlanBase { readonly runbook: 'greet'; readonly whom: string }
    export interface GreetOutcome {
      readonly state: 'done'; readonly runbook: 'greet'; readonly run: string; readonly whom: string;
    }
    interface Types {
      readonly options: { readonly whom: string };
      readonly plan: GreetPlan;
      readonly outcome: GreetOutcome;
    }
    export const GREET = defineRunbook<Types>()({
      name: 'greet', admission: 'shared', freezable: true, schedulable: false, approvable: true, holdable: false,
      options: ({ z, filled }) => z.strictObject({ whom: filled }),
    });`,
  'workflows/greet/greet.workflow.ts': `
    import type { InputOf } from '../catalogue';
    import type { PlannedOutcome } from '../model/outcome';
    import { requireApproval } from '../run/people/approvals';
    import { takePlan, planned, runbook } from '../run/runbook';
    import type { GreetOutcome } from './greet.runbook';
    export async function greet(input: InputOf<'greet'>): Promise<GreetOutcome | PlannedOutcome> {
      return runbook(input, async (run) => {
        const { whom } = input.request.options;
        const steps = [{ id: 'record', title: 'write the audit record' }];
        const plan = takePlan<'greet'>(run, {
          runbook: 'greet', stack: run.stack.name, whom, steps, notes: [],
        });
        if (input.mode === 'plan') return planned(plan);
        await requireApproval(run, plan);
        return { state: 'done', runbook: 'greet', run: run.reference.id, whom };
      });
    }`,
  'client/runbooks/greet/index.ts': `
    import { GROUPS } from '../../command';
    import type { ClientRunbook } from '../client-runbook';
    import { STARTING } from '../shared-options';
    export const greet: ClientRunbook = {
      command: {
        name: 'greet', about: 'Greet somebody', group: GROUPS.runs,
        operands: [{ usage: '<whom>', about: 'who is greeted' }], options: STARTING,
        load: () => import('./command.js'),
      },
      choices: [],
    };`,
  'client/runbooks/greet/command.ts': `
    import type { Invocation } from '../../command';
    import { EXIT_CODES } from '../../exit-codes';
    import { readPatience } from '../../runs/patience';
    import { envelope } from '../../runs/request';
    import { sender } from '../../runs/sender';
    import { planRun, printPlan } from '../../runs/show-plan';
    import { startRun } from '../../runs/start-run';
    import { loadStack } from '../../stack';
    import { withSession } from '../../temporal/session';
    export async function run(invocation: Invocation): Promise<number> {
      const { operands, flags, globals, output } = invocation;
      const options = { whom: operands[0] ?? '' };
      const stack = await loadStack(globals);
      const request = envelope({ runbook: 'greet', options }, stack, flags, sender());
      return withSession(invocation, async (session) => {
        if (!globals.dryRun) return startRun(session, output, request, readPatience(flags));
        printPlan(output, await planRun(session, output, request));
        return EXIT_CODES.done;
      });
    }`,
  'client/runbooks/greet/render.ts': `
    import type { GreetOutcome, GreetPlan } from '../../../workflows/greet/greet.runbook';
    export function planLines({ whom }: GreetPlan): string[] { return ['Greets ' + whom + '.']; }
    export function renderOutcome({ whom }: GreetOutcome): string { return 'Greeted ' + whom + '.'; }`,
};

/** The first is the list itself; of the others the compiler tells. */
const LINES = {
  'workflows/catalogue.ts': [
    [
      "import { BACKUP } from './backup/backup.runbook';\n",
      "import { GREET } from './greet/greet.runbook';\n",
    ],
    ['  MAINTENANCE,\n', '  GREET,\n'],
  ],
  'workflows/index.ts': [
    [
      "export { backup } from './backup/backup.workflow';\n",
      "export { greet } from './greet/greet.workflow';\n",
    ],
  ],
  'client/runbooks/index.ts': [
    ["import { backup } from './backup';\n", "import { greet } from './greet';\n"],
    ['  maintenance,\n', '  greet,\n'],
  ],
  'client/runbooks/renderers.ts': [
    ["import * as backup from './backup/render';\n", "import * as greet from './greet/render';\n"],
    ['  maintenance,\n', '  greet,\n'],
  ],
} as const satisfies NonNullable<Change['behind']>;

/** Where a table is complete or does not compile. That of `workflows/index.ts` is held to the catalogue in the worker. */
const TABLES = {
  'workflows/index.ts': 'worker/workflow-bundle.ts',
  'client/runbooks/index.ts': 'client/runbooks/index.ts',
  'client/runbooks/renderers.ts': 'client/runbooks/renderers.ts',
} as const;

const ENGINE: Change = {
  behind: {
    'workflows/model/stack.ts': [
      [
        'export type ProtectEntry = PostgresEntry | MongodbEntry | SqliteEntry | FilesEntry',
        " | { readonly name: string; readonly engine: 'rocks'; readonly path: string }",
      ],
    ],
  },
};

const ENGINE_TABLES = [
  'workflows/model/engines.ts',
  'workflows/requests/stack-schema.ts',
  'stack-file/engines/index.ts',
  'worker/ports.ts',
];

describe('the compiler', () => {
  const sources = new ChangedSources();
  const files = [
    ...Object.values(TABLES),
    ...Object.keys(RUNBOOK),
    'workflows/requests/request-schema.ts',
  ];

  it('takes a runbook that is there whole', () => {
    expect(sources.refusedBy(files, { added: RUNBOOK, behind: LINES })).toEqual([]);
  });

  it('names every table in which it has no line', () => {
    const { 'workflows/catalogue.ts': listed } = LINES;
    const alone = { added: RUNBOOK, behind: { 'workflows/catalogue.ts': listed } };
    expect(sources.refusedBy(Object.values(TABLES), alone)).toEqual(Object.values(TABLES));
  });

  it('names options whose schema is not their type', () => {
    const file = 'workflows/greet/greet.runbook.ts';
    const other = (RUNBOOK[file] ?? '').replace('{ whom: filled }', '{ who: filled }');
    const change = { added: { ...RUNBOOK, [file]: other }, behind: LINES };
    expect(sources.refusedBy(['workflows/catalogue.ts'], change)).toEqual([
      'workflows/catalogue.ts',
    ]);
  });

  it('names every table that lacks an engine', () => {
    expect(sources.refusedBy(ENGINE_TABLES, ENGINE)).toEqual(ENGINE_TABLES);
  });
});
