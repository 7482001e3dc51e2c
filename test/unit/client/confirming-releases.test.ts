import { startAsShown } from '../../../client/runs/start-as-shown';
import { deployRequest } from '../../../client/runbooks/deploy/request';
import { confirmByYes } from '../../../client/terminal/ask';
import { Output } from '../../../client/terminal/output';
import { describeStack } from '../../support/descriptions';
import { ofThisProcess } from '../../../client/surroundings';

const SENDER = { requestedBy: 'anna@desk', pawlVersion: '1.2.3' };
const release = { recoveryPoint: 'never', keep: 5, switchImage: 'haproxy:3.0' } as const;
const services = [{ service: 'api', strategy: 'recreate' }] as const;
const stack = describeStack({ deploy: { services, before: [], after: [], release } });

/** Ends before a server is asked for: there is none here. */
function start(flags: object, json = false): Promise<number> {
  const style = { json, quiet: false, verbose: false, color: false };
  const pipe = { isTTY: false, write: () => true };
  const output = new Output(style, { ...ofThisProcess(), stdout: pipe, stderr: pipe });
  const invocation = { table: [], operands: [], flags, globals: ofThisProcess(), output };
  return startAsShown(invocation, deployRequest(stack, flags, SENDER), () =>
    confirmByYes(output, false, 'Deploy melvin'),
  );
}

describe('a release where nobody can be asked', () => {
  it.each([false, true])('is refused without -y (--json: %j)', async (json) => {
    await expect(start({}, json)).rejects.toMatchObject({
      exitCode: 2,
      reason: 'not-confirmed',
      message: 'Deploy melvin needs a yes, and nobody can be asked here.',
      advice: 'Add -y.',
    });
  });

  it('tells a bad --timeout before that', async () => {
    const bad = { exitCode: 2, reason: 'usage' };
    await expect(start({ timeout: 'soon' })).rejects.toMatchObject(bad);
  });
});
