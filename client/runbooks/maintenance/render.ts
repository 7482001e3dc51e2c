import type { MaintainedService } from '../../../workflows/model/maintenance';
import type { MaintenanceOutcome } from '../../../workflows/model/outcome';
import type { MaintenancePlan } from '../../../workflows/model/plans';
import { formatTime, printable } from '../../render/format';

/** What a maintenance will be, of each service. */
export function planLines({ turn, services }: MaintenancePlan): string[] {
  const names = namesOf(services);
  if (turn === 'off') return [`Out of maintenance: ${names}.`];
  const message = services[0]?.maintenance?.message ?? '';
  return [`Into maintenance: ${names}.`, `The page says: ${printable(message)}`];
}

export function renderOutcome({ turn, services }: MaintenanceOutcome): string {
  const now = namesOf(services.filter(({ switchRuns }) => switchRuns));
  const away = namesOf(services.filter(({ switchRuns }) => !switchRuns));
  const later = turn === 'on' ? 'in maintenance' : 'out of maintenance';
  const remark = away === '' ? [] : [`${away}: the switch does not run; ${later} when it starts.`];
  if (turn === 'off') {
    const told = now === '' ? [] : [`${now}: out of maintenance, requests are served again.`];
    return [...told, ...remark].join('\n');
  }
  const told = `${now}: in maintenance. Every request is answered with 503 and the message.`;
  return [
    ...(now === '' ? [] : [told]),
    ...remark,
    `\`pawl maintenance off${services.map(({ service }) => ` ${service}`).join('')}\` ends it.`,
  ].join('\n');
}

/** `upgrading (anna@desk, 2026-11-21 03:00:00 +01:00)` */
export function describeMaintenance({
  service,
  maintenance,
}: Pick<MaintainedService, 'service' | 'maintenance'>): string {
  if (maintenance === undefined) return '';
  const { message, by, since } = maintenance;
  return `${service}: ${printable(message)} (${printable(by)}, ${formatTime(since)})`;
}

function namesOf(services: readonly { readonly service: string }[]): string {
  return services.map(({ service }) => service).join(', ');
}
