import { EDGE_SERVICE } from '../workflows/model/edge';
import { quoted } from './printable';
import { asDraft, isSwitched } from './rule';
import type { Draft, Rule } from './rule';
import { SITE, SITE_RULE } from './schema-edge';

/** Names that no public authority certifies. Source: Caddy, certmagic.SubjectQualifiesForPublicCert */
const NOT_PUBLIC = /^[^.]*$|\.(?:localhost|local|internal|home\.arpa)$/;

/** Rules for the edge and its sites. */
export const edgeRules: readonly Rule[] = [
  function anEdgeNeedsServices(stack, report) {
    if (stack['edge'] === undefined || stack['deploy'] !== undefined) return;
    report(['edge'], 'needs `deploy` too: the services that its sites lead to', 'key');
  },

  function anEdgeHasSites(stack, report) {
    const { sites } = asDraft(stack['edge']);
    if (typeof sites !== 'object' || Array.isArray(sites)) return;
    if (sitesOf(stack).length === 0) {
      report(['edge', 'sites'], 'must name at least one site', 'key');
    }
  },

  // Not in the schema: a record passes over the value of a key that it refuses.
  function sitesHaveProperNames(stack, report) {
    for (const [host] of sitesOf(stack)) {
      if (!SITE.test(host)) report(['edge', 'sites', host], `the name ${SITE_RULE}`, 'key');
    }
  },

  function sitesLeadToSwitches(stack, report) {
    const deploy = asDraft(stack['deploy']);
    const switched = Object.keys(deploy).filter((name) => isSwitched(asDraft(deploy[name])));
    if (stack['deploy'] === undefined) return;
    for (const [host, { service }] of sitesOf(stack)) {
      if (typeof service !== 'string' || switched.includes(service)) continue;
      const known = switched.length === 0 ? 'there is none' : switched.map(quoted).join(', ');
      const message = `must be a service of \`deploy\` with \`strategy: switch\` or \`rolling\`: ${known}`;
      report(['edge', 'sites', host, 'service'], message);
    }
  },

  function automaticCertificatesAreForPublicNames(stack, report) {
    for (const [host, { certificate = 'automatic' }] of sitesOf(stack)) {
      if (certificate !== 'automatic' || !SITE.test(host) || !NOT_PUBLIC.test(host)) continue;
      const message =
        'is a name that no public authority certifies; give it `certificate: internal` or files';
      report(['edge', 'sites', host], message, 'key');
    }
  },

  function theEdgeIsNoService(stack, report) {
    if (stack['edge'] === undefined) return;
    if (!Object.hasOwn(asDraft(stack['deploy']), EDGE_SERVICE)) return;
    report(['deploy', EDGE_SERVICE], 'is what the edge is called; rename the service', 'key');
  },

  function theEdgeHasTwoPorts(stack, report) {
    const { http = 80, https = 443 } = asDraft(asDraft(stack['edge'])['ports']);
    if (http !== https) return;
    report(['edge', 'ports'], 'must be two: `http` and `https` are the same port', 'key');
  },
];

function sitesOf(stack: Draft): readonly (readonly [host: string, site: Draft])[] {
  const sites = asDraft(asDraft(stack['edge'])['sites']);
  return Object.entries(sites).map(([host, site]) => [host, asDraft(site)]);
}
