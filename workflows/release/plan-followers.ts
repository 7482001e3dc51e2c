import { hasSwitch, type Deployment } from '../model/deployment';
import type { PlannedService } from '../model/plans';
import type { Obstacle } from '../model/obstacle';
import type { ObservedService } from './observed-release';

/** What a service that is recreated takes with it. */
export function followersOf({ followers }: ObservedService): Pick<PlannedService, 'followers'> {
  return followers === undefined ? {} : { followers: followers.map(({ service }) => service) };
}

/** What cannot be recreated with the service that it shares with. Undefined when all can. */
export function refuseFollowers(
  services: readonly Pick<ObservedService, 'service' | 'followers'>[],
  deployments: readonly Deployment[],
): Obstacle | undefined {
  const switched = deployments.filter(hasSwitch).map(({ service }) => service);
  for (const { service, followers = [] } of services) {
    const behind = followers.find((one) => switched.includes(one.service));
    if (behind !== undefined) return tiedBehindSwitch(behind.service, service);
    const without = followers.filter(({ hasImage }) => !hasImage).map((one) => one.service);
    if (without.length > 0) return withoutImage(without, service);
  }
  return undefined;
}

export function followerNotes(
  services: readonly Pick<PlannedService, 'service' | 'followers'>[],
): string[] {
  return services.flatMap(({ service, followers = [] }) =>
    followers.map(
      (follower) =>
        `${follower} shares a namespace or volumes with ${service}: it is recreated with it, from what the Compose file says of it now.`,
    ),
  );
}

function tiedBehindSwitch(follower: string, service: string): Obstacle {
  return {
    obstacle: `services.${follower} shares a namespace or volumes with ${service}, which is recreated, and ${follower} is behind a switch: its slots would lose what they share while they serve`,
    advice: `Release ${follower} with \`strategy: recreate\`, or take ${service} out of \`deploy\`.`,
  };
}

function withoutImage(followers: readonly string[], service: string): Obstacle {
  return {
    obstacle: `${followers.join(', ')} must be recreated with ${service}, since they share a namespace or volumes, and the image that the Compose file names is not on this host`,
    advice: `\`docker compose pull ${followers.join(' ')}\`, or \`docker compose build\`, brings it.`,
  };
}
