import type {
  DeployDescription,
  Deployment,
  Gate,
  Migrations,
  ReadyCheck,
  RecreateDeployment,
  SwitchDeployment,
} from '../workflows/model/deployment';
import { requireSeconds } from './duration';
import type { StackDocument } from './schema';
import { release as releaseSchema } from './schema-deploy';

type ServiceDocument = NonNullable<StackDocument['deploy']>[string];
type DocumentOf<Strategy extends ServiceDocument['strategy']> = Extract<
  ServiceDocument,
  { strategy: Strategy }
>;
type ReadyDocument = DocumentOf<'switch'>['ready'];
type GateDocument = NonNullable<StackDocument['gates']>['before'][number];
type MigrationsDocument = NonNullable<StackDocument['migrations']>;

/** Absent when the file says nothing about releasing. */
export function normaliseDeploy({
  deploy,
  gates,
  migrations,
  release,
}: StackDocument): DeployDescription | undefined {
  if (!deploy) return undefined;
  return {
    services: Object.entries(deploy).map(([service, entry]) => deployment(service, entry)),
    before: (gates?.before ?? []).map(gate),
    after: (gates?.after ?? []).map(gate),
    ...(migrations && { migrations: migrationsOf(migrations) }),
    // Not a default of the schema: it would stand in `pawl config show` of a stack that releases nothing.
    release: release ?? releaseSchema.parse({}),
  };
}

function deployment(service: string, entry: ServiceDocument): Deployment {
  switch (entry.strategy) {
    case 'switch':
      return switched(service, entry);
    case 'rolling':
      return rolled(service, entry);
    case 'recreate':
      return recreated(service, entry);
  }
}

function switched(service: string, entry: DocumentOf<'switch'>): SwitchDeployment {
  const { canary, keepOld } = entry;
  return {
    ...behindSwitch(service, entry),
    ...(canary && { canary: { ...judged(canary), steps: canary.steps.map(perCent) } }),
    keepOldSeconds: requireSeconds(keepOld),
  };
}

/** Its shares follow from its replicas, and nothing of it is kept warm. */
function rolled(service: string, entry: DocumentOf<'rolling'>): SwitchDeployment {
  const { canary } = entry;
  return {
    ...behindSwitch(service, entry),
    ...(canary && { canary: { ...judged(canary), steps: [] } }),
    keepOldSeconds: 0,
  };
}

function behindSwitch(
  service: string,
  { strategy, port, ready, drainSeconds, watch }: DocumentOf<'switch' | 'rolling'>,
) {
  const watchSeconds = requireSeconds(watch);
  return { service, strategy, port, ready: readyCheck(ready), drainSeconds, watchSeconds };
}

function judged<Canary extends { maxErrorRate: string }>(canary: Canary) {
  return { ...canary, maxErrorRate: perCent(canary.maxErrorRate) };
}

function recreated(service: string, entry: DocumentOf<'recreate'>): RecreateDeployment {
  const { strategy, port, ready, stopSeconds } = entry;
  const { http, timeoutSeconds } = ready ?? {};
  return {
    service,
    strategy,
    ...(port !== undefined && { port }),
    ...(ready && http !== undefined && { ready: readyCheck({ ...ready, http }) }),
    ...(http === undefined && timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(stopSeconds !== undefined && { stopSeconds }),
  };
}

function readyCheck({ http, consecutive, timeoutSeconds }: ReadyDocument): ReadyCheck {
  return { http, consecutive, ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
}

function gate({ run, scan, http, sql }: GateDocument): Gate {
  if (run) return { kind: 'run', ...timed(run) };
  if (scan) return { kind: 'scan', ...timed(scan) };
  if (http) return { kind: 'http', ...timed(http) };
  if (sql) return { kind: 'sql', ...timed(sql) };
  throw new Error('a gate is empty: the schema let it pass');
}

function migrationsOf(document: MigrationsDocument): Migrations {
  const { head, down, ...rest } = timed(document);
  return { ...rest, ...(head && { head }), ...(down && { down }) };
}

function timed<Timed extends { timeout: string }>({
  timeout,
  ...rest
}: Timed): Omit<Timed, 'timeout'> & { timeoutSeconds: number } {
  return { ...rest, timeoutSeconds: requireSeconds(timeout) };
}

/** `5%` → 5. */
function perCent(text: string): number {
  return Number(text.slice(0, -1));
}
