import type { MetricMeter } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { HostActivities } from '../activities';
import { EDGE_SERVICE } from '../workflows/model/edge';
import type { RecoveryPointSummary } from '../workflows/model/recovery-point';
import type { Serving } from '../workflows/model/serving';

/** pawl's own figures beside Temporal's, in the same Prometheus output; docs/operating.md explains them. */
export interface RunMetrics {
  /** Counts what the steps on this host have done. A step whose answer was lost is done again, and counted twice. */
  readonly interceptor: ActivityInterceptorsFactory;
  pointStored(point: RecoveryPointSummary): void;
}

/** What is counted of a step's input and output. */
type Counted = {
  readonly [Name in keyof HostActivities]?: (
    input: Parameters<HostActivities[Name]>[0],
    output: Awaited<ReturnType<HostActivities[Name]>>,
  ) => void;
};

/** Units: bytes = octets of the dump, before deduplication and compression; time = seconds since 1970 */
export function createRunMetrics(meter: MetricMeter): RunMetrics {
  const runs = meter.createCounter(
    'pawl_runs',
    undefined,
    'Runs that ended, by runbook and outcome',
  );
  // The unit in the name: Core adds it to the names of its own figures only.
  const bytes = meter.createCounter(
    'pawl_part_stored_bytes',
    undefined,
    'Octets of stored dumps, by part',
  );
  const newest = meter.createGauge(
    'pawl_last_recovery_point_timestamp_seconds',
    'int',
    undefined,
    'When the newest whole recovery point was taken',
  );
  const drifts = meter.createGauge(
    'pawl_service_drifts',
    'int',
    undefined,
    'In how many ways a service was not as its release has it, when it was last looked at',
  );
  const looked = meter.createGauge(
    'pawl_services_looked_at_timestamp_seconds',
    'int',
    undefined,
    'When what serves was last compared with what should',
  );
  const compared = (stack: string, { services, edge }: Serving): void => {
    for (const one of services) drifts.set(one.drifts.length, { stack, service: one.service });
    drifts.set(edge === undefined ? 0 : 1, { stack, service: EDGE_SERVICE });
    looked.set(Math.floor(Date.now() / 1000), { stack });
  };
  const pointTaken = (stack: string, takenAt: string): void => {
    newest.set(Math.floor(Date.parse(takenAt) / 1000), { stack });
  };
  // One that holds only some entries, because somebody chose them, does not make the stack safe.
  const pointStored = ({ stack, takenAt, partial }: RecoveryPointSummary): void => {
    if (!partial) pointTaken(stack, takenAt);
  };
  const counted: Counted = {
    recordRun: ({ stack, entry }) => {
      runs.add(1, { stack: stack.name, runbook: entry.runbook, outcome: entry.outcome });
    },
    backUpPart: ({ stack, part }, stored) => {
      bytes.add(stored.bytes, { stack: stack.name, part: part.name });
    },
    storeManifest: (_, point) => {
      pointStored(point);
    },
    observeFreshness: ({ stack }, { pointAt }) => {
      if (pointAt !== undefined) pointTaken(stack.name, pointAt);
    },
    observeServing: ({ stack }, serving) => {
      compared(stack.name, serving);
    },
  };
  const ofStep = new Map<string, (input: never, output: never) => void>(Object.entries(counted));
  return {
    pointStored,
    interceptor: ({ info }) => ({
      inbound: {
        async execute(input, next) {
          const output = await next(input);
          ofStep.get(info.activityType)?.(input.args[0] as never, output as never);
          return output;
        },
      },
    }),
  };
}
