import { z } from 'zod';
import { image, path, port, service } from './values';

/** What the stack file says about the edge; written as schema.ts says. */

/**
 * The name of a host as TLS and DNS have it: letters, digits and `-` between dots, and no address, which ends in a
 * number. Lower case, as the key of a map has one spelling.
 */
export const SITE =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
export const SITE_RULE =
  "must be a host's, in lower case, such as `app.example.org`; no address, port or `*`";

/** It stands in Caddy's configuration: nothing that has a meaning there. */
const EMAIL = /^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$/;

const IP_ADDRESS = /^(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-fA-F]*:[0-9a-fA-F:.]+)$/;

const certificateFiles = z.strictObject({
  file: path.meta({
    description:
      "Certificate as PEM, then those between it and its authority; relative to the stack's directory or absolute.",
    examples: ['./tls/cert.pem'],
  }),
  key: path.meta({
    description: 'Its key, as PEM without a password.',
    examples: ['./tls/key.pem'],
  }),
});

const site = z.strictObject({
  service: service.meta({
    description: 'Service of `deploy` with `strategy: switch` or `rolling` that answers.',
    examples: ['api'],
  }),
  certificate: z
    .union([certificateFiles, z.enum(['automatic', 'internal'])])
    .default('automatic')
    .meta({
      title: '`automatic`, `internal` or `{file, key}`',
      description:
        "Where the certificate comes from: by ACME from Let's Encrypt, from an authority of the edge's own, or from files.",
    }),
});

const ports = z.strictObject({
  address: z
    .string()
    .regex(IP_ADDRESS, 'must be an IP address of the host (IPv6 without brackets)')
    .optional()
    .meta({
      title: 'address',
      description: 'Address of the host to listen on. Default: every one.',
      examples: ['127.0.0.1'],
    }),
  http: port.default(80).describe('Port for HTTP; who comes there is sent to HTTPS.'),
  https: port.default(443).describe('Port for HTTPS.'),
});

export const edge = z.strictObject({
  image: image.default('caddy:2').describe("The edge's image: Caddy 2.6 or later."),
  sites: z
    .record(z.string().meta({ pattern: SITE.source }), site)
    .describe('What it serves: the name of a host for each site.'),
  email: z
    .string()
    .regex(EMAIL, 'must be an e-mail address')
    .max(320, 'must have at most 320 characters')
    .optional()
    .meta({
      title: 'text',
      description: 'Where the authority of automatic certificates may write to.',
      examples: ['ops@example.org'],
    }),
  ports: ports.prefault({}).describe('Where it listens on the host.'),
});
