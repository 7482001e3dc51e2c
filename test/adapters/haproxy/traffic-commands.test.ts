import type { Server } from '../../../activities/adapters/haproxy/running-state';
import {
  pauseCommands,
  resumeCommands,
  trafficCommands,
  wantedServers,
} from '../../../activities/adapters/haproxy/traffic-commands';
import type { Traffic } from '../../../workflows/model/traffic';
import { SETTINGS } from './switch-bench';

function commands(before: Traffic, after: Traffic): readonly string[] {
  const running: Server[] = wantedServers({ settings: SETTINGS, traffic: before }, []);
  return trafficCommands(running, wantedServers({ settings: SETTINGS, traffic: after }, []));
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

  it('let in only servers at the addresses that are named, and shut those without one', () => {
    const settings = { ...SETTINGS, replicas: 3 };
    const running = [
      { backend: 'app', name: 'blue-1', address: '10.0.0.1' },
      { backend: 'app', name: 'blue-2', address: '10.0.0.2' },
      { backend: 'app', name: 'blue-3' },
      { backend: 'app', name: 'green-1', address: '10.0.0.1' },
    ];
    const traffic: Traffic = { blue: { weight: 100, addresses: ['10.0.0.2'] }, green: 'off' };
    const states = wantedServers({ settings, traffic }, running).map(({ state }) => state);
    expect(states).toEqual(['drain', 'ready', 'drain', 'maint', 'maint', 'maint']);
  });

  it('give each further port the shares of the requests, by the addresses that its own servers have', () => {
    const settings = { ...SETTINGS, replicas: 2, tcp: [22] };
    const running = [
      { backend: 'app', name: 'blue-1', address: '10.0.0.1' },
      { backend: 'app', name: 'blue-2', address: '10.0.0.2' },
      { backend: 'tcp-22', name: 'blue-1', address: '10.0.0.2' },
      { backend: 'tcp-22', name: 'blue-2', address: '10.0.0.1' },
    ];
    const traffic: Traffic = { blue: { weight: 70, addresses: ['10.0.0.2'] }, green: 'drain' };
    const wanted = wantedServers({ settings, traffic }, running);
    expect(wanted.map(({ backend, name, state }) => `${backend}/${name} ${state}`)).toEqual([
      ...['app/blue-1 drain', 'app/blue-2 ready', 'app/green-1 drain', 'app/green-2 drain'],
      ...['tcp-22/blue-1 ready', 'tcp-22/blue-2 drain'],
      ...['tcp-22/green-1 drain', 'tcp-22/green-2 drain'],
    ]);
    expect(trafficCommands([], wanted)).toContain('set server tcp-22/blue-1 weight 70');
  });

  it('say all there is to say, also when it is so already', () => {
    const traffic = { blue: { weight: 70 }, green: { weight: 30 } };
    expect(commands(traffic, traffic)).toHaveLength(4);
  });
});

it('pauses and resumes the checks of a slot that gets no requests alone', () => {
  const traffic: Traffic = { blue: { weight: 100 }, green: 'drain' };
  const running: Server[] = wantedServers({ settings: SETTINGS, traffic }, []);
  expect(pauseCommands(running, 'green')).toEqual(['set server app/green-1 state maint']);
  expect(resumeCommands(running, 'green')).toEqual([
    'set server app/green-1 state drain',
    'set server app/green-1 health down',
  ]);
  expect([...pauseCommands(running, 'blue'), ...resumeCommands(running, 'blue')]).toEqual([]);
});
