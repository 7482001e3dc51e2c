import type { MaintainedService } from '../../workflows/model/maintenance';
import type { MaintenanceOutcome } from '../../workflows/model/outcome';
import type { MaintenancePlan } from '../../workflows/model/plans';
import { formatTime, printable } from './format';

/** What a maintenance will be, of each service. */
export function maintenanceLines({ turn, services }: MaintenancePlan): string[] {
  const names = namesOf(services);
  if (turn === 'off') return [`Out of maintenance: ${names}.`];
  const message = services[0]?.maintenance?.message ?? '';
  return [`Into maintenance: ${names}.`, `The page says: ${printable(message)}`];
}

export function renderTurned({ turn, services }: MaintenanceOutcome): string {
  const names = namesOf(services);
  const away = namesOf(services.filter(({ switchRuns }) => !switchRuns));
  const remark =
    away === '' ? [] : [`The switch of ${away} does not run: it is so when it starts.`];
  if (turn === 'off') {
    return [`${names}: out of maintenance, requests are served again.`, ...remark].join('\n');
  }
  return [
    `${names}: in maintenance. Every request is answered with 503 and the message.`,
    ...remark,
    `\`pawl maintenance off${services.map(({ service }) => ` ${service}`).join('')}\` ends it.`,
  ].join('\n');
}

/** `upgrading (anna@desk, 2026-11-21 03:00:00 +01:00)` */
export function describeMaintenance({ service, maintenance }: MaintainedService): string {
  if (maintenance === undefined) return '';
  const { message, by, since } = maintenance;
  return `${service}: ${printable(message)} (${printable(by)}, ${formatTime(since)})`;
}

function namesOf(services: readonly { readonly service: string }[]): string {
  return services.map(({ service }) => service).join(', ');
}
