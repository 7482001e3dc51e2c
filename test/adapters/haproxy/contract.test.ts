import type { Slot } from '../../../workflows/model/deployment';
import { slotService } from '../../../workflows/model/deployment';
import { SimulatedHost } from '../../support/in-memory/simulated-host';
import type { SimulatedContainer } from '../../support/in-memory/simulated-container';
import { InMemorySwitches } from '../../support/in-memory/switches';
import type { TestContainer } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { SETTINGS, SwitchBench } from './switch-bench';
import { switchesContract, type SwitchSubject } from './switches-contract';

describeWith(['docker'], 'switches by HAProxy', () => {
  switchesContract(async (): Promise<SwitchSubject> => {
    const bench = await SwitchBench.create();
    let haproxy: TestContainer | undefined;
    return {
      ...{ switches: bench.switches, key: bench.key },
      startSwitch: async () => {
        haproxy = await bench.startSwitch();
      },
      restartSwitch: async () => {
        await haproxy?.container.kill();
        await haproxy?.container.start();
      },
      startSlot: async (slot) => {
        const started = await bench.startSlot(slot);
        const stop = () => started.container.stop({ t: 0 });
        return { address: await bench.addressOf(started), stop };
      },
      ask: async (times) => {
        const port = (await haproxy?.portOf(SETTINGS.port)) ?? 0;
        return askTimes(`http://127.0.0.1:${port}/version`, times);
      },
      remove: () => bench.remove(),
    };
  });
});

describe('switches in memory', () => {
  switchesContract(() => {
    const host = new SimulatedHost();
    const switches = new InMemorySwitches(host);
    const key = { stack: 'melvin', service: 'api' };
    const start = (service: string, version: string, labels = {}): SimulatedContainer => {
      const container = host.create({
        name: `melvin-${service}-1`,
        of: { project: 'melvin', service, number: 1, oneOff: false },
        ...{ definition: { labels }, imageId: host.images.add(version) },
      });
      host.start(container);
      return container;
    };
    const labels = { 'pawl.role': 'switch', 'pawl.stack': 'melvin', 'pawl.service': 'api' };
    const own = () => host.ofService('melvin', 'api')[0] as SimulatedContainer;
    const subject: SwitchSubject = {
      ...{ switches, key },
      startSwitch: () => {
        start('api', 'haproxy', labels);
        return Promise.resolve();
      },
      restartSwitch: () => {
        host.kill(own());
        host.start(own());
        return Promise.resolve();
      },
      startSlot: (slot: Slot) => {
        const started = start(slotService('api', slot), slot === 'blue' ? '1' : '2');
        const stop = () => {
          host.stop(started);
          return Promise.resolve();
        };
        return Promise.resolve({ address: started.address ?? '', stop });
      },
      ask: (times) => Promise.resolve(switches.ask(own(), times)),
      remove: () => Promise.resolve(),
    };
    return Promise.resolve(subject);
  });
});

async function askTimes(url: string, times: number): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  for (let time = 1; time <= times; time += 1) {
    const answer = await fetch(url);
    const text = await answer.text();
    const told = answer.ok ? text.trim() : `status ${answer.status}`;
    seen[told] = (seen[told] ?? 0) + 1;
  }
  return seen;
}
