import type { HostPorts } from '../../activities/ports/host-ports';
import { retainReleases } from '../../activities/release/retain-releases';
import type { DeployDescription } from '../../workflows/model/deployment';
import { describeRelease } from '../support/descriptions';
import { quietEnvironment, STACK } from './ports-in-memory';

const DEPLOY: DeployDescription = {
  services: [{ service: 'api', strategy: 'recreate' }],
  ...{ before: [], after: [] },
  release: { recoveryPoint: 'never', keep: 1, switchImage: 'haproxy:3.0' },
};

const release = (number: number) =>
  describeRelease({
    ...{ number, replaced: number - 1 },
    services: [
      {
        ...{ service: 'api', strategy: 'recreate' as const },
        image: { reference: 'api', pinned: `sha256:${number}`, id: `sha256:${number}` },
      },
    ],
  });

it('removes images that no other stack keeps and no Compose file means, and holds those that stay', async () => {
  const did: string[] = [];
  const stored = { releases: [5, 4, 3, 2, 1].map(release), current: 5, next: 6 };
  const ports = {
    secrets: { redact: (text: string) => text },
    release: {
      releases: {
        list: () => Promise.resolve(stored),
        imagesOfOthers: () => Promise.resolve(new Set(['sha256:3'])),
        remove: (_stack: string, numbers: readonly number[]) => {
          did.push(`forget ${numbers.join()}`);
          return Promise.resolve();
        },
      },
      compose: {
        facts: () =>
          Promise.resolve({ project: 'p', services: [{ name: 'api', image: 'named-here' }] }),
      },
      images: {
        // What release 4 had has been removed by somebody.
        onHost: (reference: string) =>
          Promise.resolve(
            reference === 'named-here' ? 'sha256:2' : reference === 'sha256:4' ? undefined : 'here',
          ),
        tag: (_pinned: string, name: string) => {
          did.push(`tag ${name}`);
          return Promise.resolve();
        },
        dropNames: (repository: string, keeps: (tag: string) => boolean) => {
          const tags = ['release-5', 'release-4', 'release-3', 'release-1', 'mine'];
          did.push(`drop ${repository} ${tags.filter((tag) => !keeps(tag)).join()}`);
          return Promise.resolve();
        },
        removeUnused: (ids: readonly string[]) => {
          did.push(`remove ${ids.join()}`);
          return Promise.resolve();
        },
      },
    },
  } as unknown as HostPorts;
  const stack = { ...STACK, deploy: DEPLOY };
  expect(await quietEnvironment(10_000).run(() => retainReleases(ports)({ stack }))).toEqual([
    ...[3, 2, 1],
  ]);
  expect(did).toEqual([
    'tag pawl/melvin-api:release-5',
    'drop pawl/melvin-api release-3,release-1',
    'remove sha256:1',
    'forget 3,2,1',
  ]);
});
