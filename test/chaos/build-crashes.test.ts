import { BuiltStack } from '../runbooks/support/built-stack';
import { programsOf } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import { IN_BUILD } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';

describeWith(
  ['temporal', 'restic', 'postgres', 'ferretdb', 'docker', 'compose'],
  'a release that is built first',
  () => {
    let here: FaultyInstallation;
    let stack: BuiltStack;

    beforeAll(async () => {
      here = await FaultyInstallation.start();
      stack = await BuiltStack.create(here.pawl);
    });

    afterAll(async () => {
      await stack.remove();
      await here.stop();
    });

    it.each(IN_BUILD)(
      'serves what was built when the worker is killed at both ends of %s',
      async (activity) => {
        await stack.write(`ENV VERSION=${activity}`);
        const output = await here.throughKills([activity], () =>
          stack.released.deploy('--build', '--push'),
        );
        expect(output).toMatchObject({ code: 0 });
        expect(await stack.released.serving()).toBe(activity);
        expect(await programsOf(here.pawl)).toEqual([]);
      },
    );
  },
);
