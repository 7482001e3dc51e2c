/**
 * Services in the order in which they are released: what another one depends on comes first; else as the stack file has
 * them. A circle, which Compose refuses anyway, is left in the file's order.
 */
export function orderServices<
  Service extends { readonly service: string; readonly dependsOn: readonly string[] },
>(services: readonly Service[]): Service[] {
  const ordered: Service[] = [];
  const seen = new Set<string>();
  const visit = (one: Service): void => {
    if (seen.has(one.service)) return;
    seen.add(one.service);
    for (const other of services) if (one.dependsOn.includes(other.service)) visit(other);
    ordered.push(one);
  };
  services.forEach(visit);
  return ordered;
}
