import type { Server } from '../../../activities/adapters/haproxy/running-state';
import {
  trafficCommands,
  wantedServers,
} from '../../../activities/adapters/haproxy/traffic-commands';
import type { Traffic } from '../../../activities/release-ports';
import { SETTINGS } from './switch-bench';

function commands(before: Traffic, after: Traffic): readonly string[] {
  const running: Server[] = wantedServers({ settings: SETTINGS, traffic: before });
  return trafficCommands(running, wantedServers({ settings: SETTINGS, traffic: after }));
}

describe('the commands that change shares', () => {
  it('let the rising slot in before the falling one is shut', () => {
    const [all, none] = [{ weight: 100 }, 'drain'] as const;
    const toGreen = commands({ blue: all, green: 'off' }, { blue: none, green: all });
    expect(toGreen).toEqual([
      'set server app/green-1 weight 100',
      'set server app/green-1 state ready',
      'set server app/blue-1 state drain',
      'set server app/blue-1 weight 0',
    ]);
    const toBlue = commands({ blue: none, green: all }, { blue: all, green: 'off' });
    expect(toBlue).toEqual([
      'set server app/blue-1 weight 100',
      'set server app/blue-1 state ready',
      'set server app/green-1 state maint',
      'set server app/green-1 weight 0',
    ]);
  });

  it('say all there is to say, also when it is so already', () => {
    const traffic = { blue: { weight: 70 }, green: { weight: 30 } };
    expect(commands(traffic, traffic)).toHaveLength(4);
  });
});
