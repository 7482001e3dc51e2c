const PORTS = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/;
const MOST = 65_535;

/**
 * What a container's configuration exposes, each as `9090/tcp`. An image names the protocol always; Compose hands on what
 * the Compose file says, which may be `9090` or `9090-9092`: TCP is meant.
 */
export function exposedPorts(configured: object | null | undefined): readonly string[] {
  const ports = Object.keys({ ...configured }).flatMap((text) => {
    const [, from = '', to = from, protocol = 'tcp'] = PORTS.exec(text) ?? [];
    const [first, last] = [Number(from), Math.min(Number(to), MOST)];
    if (from === '' || last < first) return [];
    return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`);
  });
  return [...new Set(ports)];
}
