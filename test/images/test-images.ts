/** The images that containers of tests are made of; built by `build-images.ts` before the suites run. */
export const TEST_IMAGES = {
  /** Debian 12 with GNU tar: stands for an application. */
  base: 'pawl-test/debian:bookworm',
  /** PostgreSQL 15, used as the public image is: POSTGRES_PASSWORD, `psql -U postgres` over its socket. */
  postgres: 'pawl-test/postgres:15',
  /** MongoDB's wire protocol on port 27017, data in /data/db, no password. */
  ferretdb: 'pawl-test/ferretdb:1',
} as const;
