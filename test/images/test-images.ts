/** The images that containers of tests are made of; built by `build-images.ts` before the suites run. */
export const TEST_IMAGES = {
  /** Debian 12 with GNU tar: stands for an application. */
  base: 'pawl-test/debian:bookworm',
  /** PostgreSQL 15, used as the public image is: POSTGRES_PASSWORD, `psql -U postgres` over its socket. */
  postgres: 'pawl-test/postgres:15',
  /** MongoDB's wire protocol on port 27017, data in /data/db, no password. */
  ferretdb: 'pawl-test/ferretdb:1',
  /** The reference registry on port 5000; its Dockerfile says how it asks for a password. */
  registry: 'pawl-test/registry:2',
  /** HAProxy. */
  switch: 'pawl-test/haproxy:2.6',
  /** Caddy. */
  edge: 'pawl-test/caddy:2.6',
  /** An application, see app/app.cjs; the two differ in the version that they tell. */
  app1: 'pawl-test/app:1',
  app2: 'pawl-test/app:2',
} as const;
