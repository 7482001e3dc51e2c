import type { DemoDatabase } from './start-database';

/** The demo's pawl.yaml, as an operator would write it. */
export function stackFile({ host, port, user }: DemoDatabase): string {
  return `stack: demo
repository:
  url: ./repository
  password: {env: DEMO_REPOSITORY_PASSWORD}
protect:
  cities:
    engine: postgres
    address: {host: ${host}, port: ${port}}
    database: cities
    user: ${user}
    password: {env: DEMO_DATABASE_PASSWORD}
  uploads: {engine: files, path: ./uploads}
limits: {heartbeat: 3s}
`;
}
