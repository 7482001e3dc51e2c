import { LABELS } from '../../workflows/model/labels';
import type { ServiceContainer } from '../ports/service-containers';

/** Whether a release's file made it. */
export function isOfRelease({ labels }: ServiceContainer, release: number): boolean {
  return labels[LABELS.release] === String(release);
}

/** The HAProxy in front of a service, and not the service itself. */
export function isSwitch({ labels }: ServiceContainer): boolean {
  return labels[LABELS.role] === 'switch';
}

/** Made by Compose itself from the project's own file. */
export function isPlain({ labels }: ServiceContainer): boolean {
  return labels[LABELS.role] === undefined;
}

/** The Caddy in front of the switches, and not a service of the project that has its name now. */
export function isEdge({ labels }: ServiceContainer): boolean {
  return labels[LABELS.role] === 'edge';
}

/** It does not run, and nothing is starting it. */
export function hasEnded({ state }: Pick<ServiceContainer, 'state'>): boolean {
  return state === 'exited' || state === 'dead';
}

export function isRunning({ state }: Pick<ServiceContainer, 'state'>): boolean {
  return state === 'running';
}
