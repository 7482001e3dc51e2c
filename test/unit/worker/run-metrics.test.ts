import type { MetricMeter, MetricTags } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { Context } from '@temporalio/activity';
import { createRunMetrics } from '../../../worker/run-metrics';
import type { Drift, Serving } from '../../../workflows/model/serving';

const drift: Drift = { kind: 'missing', fact: 'it is gone', way: '`pawl deploy` brings it back' };

it('tells in how many ways each service is not as it should be, as of the last look', async () => {
  const gauges = new Map<string, number>();
  const metrics = createRunMetrics(recording(gauges));
  const api = { service: 'api', inPlace: 'nothing', serves: [] } as const;
  const look = (serving: Serving) =>
    metrics
      .interceptor({ info: { activityType: 'observeServing' } } as unknown as Context)
      .inbound?.execute?.(inputOf({ stack: { name: 'shop' } }), () => Promise.resolve(serving));

  await look({ services: [{ ...api, drifts: [drift, drift] }], edge: drift });
  expect(gauges.get('pawl_service_drifts shop/api')).toBe(2);
  expect(gauges.get('pawl_service_drifts shop/edge')).toBe(1);
  expect(gauges.get('pawl_services_looked_at_timestamp_seconds shop')).toBeGreaterThan(1.7e9);

  await look({ services: [{ ...api, drifts: [] }] });
  expect(gauges.get('pawl_service_drifts shop/api')).toBe(0);
  expect(gauges.get('pawl_service_drifts shop/edge')).toBe(0);
});

function inputOf(
  arg: unknown,
): Parameters<NonNullable<ActivityInboundCallsInterceptor['execute']>>[0] {
  return { args: [arg], headers: {} } satisfies ActivityExecuteInput;
}

/** Keeps the last value of each gauge, under its name and the values of its tags. */
function recording(gauges: Map<string, number>): MetricMeter {
  const gauge = (name: string) => ({
    set: (value: number, tags: MetricTags = {}) =>
      gauges.set([name, Object.values(tags).join('/')].join(' '), value),
  });
  const counter = () => ({ add: () => undefined });
  return { createGauge: gauge, createCounter: counter } as unknown as MetricMeter;
}
