import { dropSwitch } from '../../activities/release/drop-switch';
import { preparePlain } from '../../activities/release/prepare-plain';
import type { HostPorts } from '../../activities/ports/host-ports';
import type { ForgottenImage } from '../../workflows/model/plans';
import { HandHost } from './hand-host';
import { attempt, RUN, STACK } from './ports-in-memory';

const PLACE = { stack: STACK, project: 'shop', service: 'web' };

describe('what is left of a switched service', () => {
  const drop = (host: HandHost) => attempt(() => dropSwitch(host.ports)(PLACE));

  it('is removed once plain Compose has its place, and not looked for a second time', async () => {
    const host = new HandHost();
    host.type('up -d');
    await drop(host);
    expect([host.serves, host.of('web-blue'), host.of('web-green')]).toEqual([['plain'], [], []]);
    expect(host.hasSwitchFile).toBe(false);
    await drop(host);
    expect(host.serves).toEqual(['plain']);
  });

  it('is left alone while its switch is there', async () => {
    const host = new HandHost();
    await expect(drop(host)).rejects.toMatchObject({ type: 'VerificationFailed' });
    expect(host.serves).toEqual([2]);
  });

  it('is not what somebody else calls like a slot', async () => {
    const host = new HandHost();
    host.type('up -d');
    host.put('web-blue', 'plain');
    await drop(host);
    expect(host.of('web-blue')).toHaveLength(1);
  });
});

describe('what plain Compose is to run', () => {
  async function prepare(image: ForgottenImage) {
    const held: string[] = [];
    let text = '';
    const release = {
      compose: {
        model: () =>
          Promise.resolve({
            services: { web: { image: 'web', build: '.' }, other: { image: 'x' } },
          }),
      },
      images: {
        tag: (id: string, name: string) => Promise.resolve(void held.push(`${id} ${name}`)),
      },
      releases: {
        prepare: (_stack: string, runKey: string, render: (number: number) => string) => {
          text = render(7);
          return Promise.resolve({ number: 7, file: runKey, modelHash: 'hash' });
        },
      },
    };
    const ports = { ...new HandHost().ports, release } as unknown as HostPorts;
    const services = [{ service: 'web', image }];
    await attempt(() => preparePlain(ports)({ stack: STACK, run: RUN, services }));
    const model = JSON.parse(text) as { services: Record<string, object> };
    return { held, web: model.services['web'], other: model.services['other'] };
  }

  it('has the image by the name of the Compose file, which is given to what serves', async () => {
    const { held, web, other } = await prepare({
      reference: 'web',
      id: 'sha256:2',
      named: 'renamed',
    });
    expect(web).toEqual({ image: 'web', pull_policy: 'never' });
    expect(other).toEqual({ image: 'x' });
    expect(held).toEqual([`sha256:2 pawl/${STACK.name}-web:release-7`, 'sha256:2 web:latest']);
  });

  it('has the image by its id where the Compose file names another one', async () => {
    const { held, web } = await prepare({ reference: 'web:3', id: 'sha256:2', named: 'other' });
    expect(web).toMatchObject({ image: 'sha256:2' });
    expect(held).toHaveLength(1);
  });
});
