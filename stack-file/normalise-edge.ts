import type { EdgeDescription } from '../workflows/model/edge';
import type { StackDocument } from './schema';

/** Absent when the file has no edge. */
export function normaliseEdge({ edge }: StackDocument): EdgeDescription | undefined {
  if (!edge) return undefined;
  const { image, sites, email, ports } = edge;
  const { address, http, https } = ports;
  return {
    image,
    sites: Object.entries(sites).map(([host, site]) => ({ host, ...site })),
    ...(email !== undefined && { email }),
    ports: { ...(address !== undefined && { address }), http, https },
  };
}
