import { BuiltStack } from '../runbooks/support/built-stack';
import { programsOf } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import { CRASHES } from './crash-cases';
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

    it.each(CRASHES.built)(
      'serves what was built when the worker is killed at %s',
      async (where, kills) => {
        const version = where.replaceAll(/\W+/g, '-');
        await stack.write(`ENV VERSION=${version}`);
        await here.through(kills, {
          work: () => stack.released.deploy('--build', '--push'),
          expect: async (output) => {
            expect(output).toMatchObject({ code: 0 });
            expect(await stack.released.serving()).toBe(version);
            expect(await programsOf(here.pawl)).toEqual([]);
          },
        });
      },
    );
  },
);
