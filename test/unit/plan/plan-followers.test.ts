import type { Deployment } from '../../../workflows/model/deployment';
import type { ObservedService } from '../../../workflows/release/observed-release';
import { refuseFollowers } from '../../../workflows/release/plan-followers';

const vpn = (...followers: readonly (readonly [service: string, hasImage: boolean])[]) =>
  [
    { service: 'vpn', followers: followers.map(([service, hasImage]) => ({ service, hasImage })) },
  ] as unknown as ObservedService[];
const DEPLOYMENTS = [
  { service: 'vpn', strategy: 'recreate' },
  { service: 'web', strategy: 'switch' },
] as Deployment[];

it('takes along what shares with a recreated service', () => {
  expect(refuseFollowers(vpn(['torrent', true]), DEPLOYMENTS)).toBeUndefined();
});

it('refuses one behind a switch, and one whose image is gone', () => {
  expect(refuseFollowers(vpn(['web', true]), DEPLOYMENTS)?.obstacle).toContain('services.web');
  expect(refuseFollowers(vpn(['torrent', false]), DEPLOYMENTS)?.advice).toContain('pull torrent');
});
