import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { ExampleCopy, type Example } from './support/example-page';

const OPEN_CHAT: Example = { name: 'open-chat', ports: [3000], services: ['webui', 'ollama'] };

describeWith(
  ['temporal', 'restic', 'docker', 'compose', 'sqlite'],
  'the page of examples/open-chat',
  () => {
    let pawl: PawlEnvironment;
    let copy: ExampleCopy;

    beforeAll(async () => {
      pawl = await startPawl();
      copy = await ExampleCopy.make(OPEN_CHAT, pawl.directory);
    });

    afterAll(async () => {
      await copy.remove();
      await pawl.stop();
    });

    it('saves, copies, drills, loses everything and has it back', async () => {
      const said: string[] = [];
      for (const { command, exitCode } of await copy.commands()) {
        const ended = await copy.run(command, pawl.env);
        if (ended.code !== exitCode) {
          const told = `${ended.stdout}${ended.stderr}`;
          throw new Error(`${command}: exit code ${ended.code ?? 'none'}\n${told}`);
        }
        if (command.startsWith('curl')) said.push(ended.stdout);
        if (command === 'pawl points') expect(ended.stdout).toContain('offsite yes');
        if (command === 'pawl readiness') expect(ended.stdout).toContain('open-chat is ready\n');
      }
      const chats = [{ title: 'How does a pawl work?', messages: 2 }];
      expect(said.slice(2).map((text) => JSON.parse(text) as unknown)).toEqual([
        [],
        chats,
        ['notes.txt'],
      ]);
      expect(await copy.left()).toEqual([]);
    }, 300_000);
  },
);
