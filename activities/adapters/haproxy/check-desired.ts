import { SLOTS } from '../../../workflows/model/deployment';
import { weightOf } from '../../../workflows/model/traffic';
import { AdapterError } from '../../ports/adapter-error';
import type { SwitchKey, SwitchSettings } from '../../ports/switches';
import { MOST_FURTHER_PORTS } from '../../../workflows/model/switch-mount';
import { maintenancePage } from './as-data';
import { type Desired } from './configuration';

/** A label of DNS has 63 characters, and `-green` is added. */
const SERVICE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,56}$/;
const HIGHEST_WEIGHT = 256;
const MOST_REPLICAS = 500;
/** It has to fit into one buffer of HAProxy's, with the headers. */
const LONGEST_PAGE = 12_000;

/** Refuses what HAProxy would refuse, or would take for something else. */
export function checkDesired({ stack, service }: SwitchKey, desired: Desired): void {
  const { settings, traffic, maintenance } = desired;
  const problems = [
    ...(SERVICE_NAME.test(service) ? [] : ['the name of the service is none that DNS finds']),
    ...(isWithin(settings.port, 1, 65_535) ? [] : [`${settings.port} is no port`]),
    ...furtherProblems(settings),
    ...(isWithin(settings.replicas, 1, MOST_REPLICAS)
      ? []
      : [`${settings.replicas} replicas are not from 1 to ${MOST_REPLICAS}`]),
    ...(settings.check.startsWith('/') ? [] : ['the path of the check does not begin with /']),
    ...SLOTS.filter((slot) => !isWithin(weightOf(traffic[slot]), 0, HIGHEST_WEIGHT)).map(
      (slot) => `the weight of ${slot} is not from 0 to ${HIGHEST_WEIGHT}`,
    ),
    ...(maintenance === undefined || maintenancePage(maintenance.message).length <= LONGEST_PAGE
      ? []
      : ['the text of the maintenance is too long']),
  ];
  if (problems.length === 0) return;
  const text = `The switch of ${stack}/${service} cannot be written: ${problems.join('; ')}`;
  throw new AdapterError('PreconditionFailed', text);
}

function furtherProblems({ port, tcp = [] }: SwitchSettings): string[] {
  return [
    ...tcp
      .filter((further) => !isWithin(further, 1, 65_535))
      .map((further) => `${further} is no port`),
    ...(new Set([port, ...tcp]).size === tcp.length + 1 ? [] : ['a port is named twice']),
    ...(tcp.length <= MOST_FURTHER_PORTS
      ? []
      : [`${tcp.length} further ports are more than ${MOST_FURTHER_PORTS}`]),
  ];
}

function isWithin(value: number, lowest: number, highest: number): boolean {
  return Number.isInteger(value) && value >= lowest && value <= highest;
}
