/** The keys of a resolved service that tie it to one container of another. */
export interface Sharing {
  readonly container_name?: string;
  readonly network_mode?: string;
  readonly ipc?: string;
  readonly pid?: string;
  readonly volumes_from?: readonly string[];
}

/**
 * Services that a service shares a namespace or volumes with: when such a container is made anew, this one must be, too.
 * Source: Compose specification, `network_mode`, `ipc`, `pid`, `volumes_from`
 */
export function readShared(
  { network_mode: network, ipc, pid, volumes_from: volumes = [] }: Sharing,
  project: string,
  services: Readonly<Record<string, Sharing>>,
): readonly string[] {
  const names = Object.keys(services);
  const ofContainer = (container: string): string | undefined =>
    names.find((name) => (services[name]?.container_name ?? `${project}-${name}-1`) === container);
  const ties = [network, ipc, pid].flatMap((mode) => {
    const [, kind, name = ''] = /^(service|container):(.*)$/s.exec(mode ?? '') ?? [];
    return kind === 'service' ? name : kind === 'container' ? (ofContainer(name) ?? []) : [];
  });
  const lenders = volumes.flatMap((from) => {
    const [, container] = /^container:([^:]*)/.exec(from) ?? [];
    return container === undefined ? (from.split(':')[0] ?? []) : (ofContainer(container) ?? []);
  });
  return [...new Set([...ties, ...lenders])];
}
