import { AdapterError } from '../../../activities/ports/adapter-error';
import { isNameTaken, startServices } from '../../../activities/adapters/compose/start-services';

const conflict = (name: string): AdapterError =>
  new AdapterError(
    'PreconditionFailed',
    `Conflict. The container name "/${name}" is already in use by container "0a"`,
  );

const found = (...names: readonly string[]) => names.map((name) => ({ name }));

/** Compose and the engine answer in turn; an error is thrown. */
function scripted(...answers: readonly (Error | ReturnType<typeof found> | undefined)[]) {
  const asked: string[] = [];
  const rest = [...answers];
  const answered = (what: string) => {
    asked.push(what);
    const answer = rest.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const compose = async (argv: readonly string[]): Promise<string> => {
    await answered(argv.includes('--force-recreate') ? 'recreate' : (argv[0] ?? ''));
    return '';
  };
  const look = async () => (await answered('look')) ?? [];
  return { asked, start: () => startServices(compose, ['api'], look) };
}

it('starts, looks, and is done', async () => {
  const { asked, start } = scripted(undefined, found('m-api-1', 'm-api-2'));
  await start();
  expect(asked).toEqual(['up', 'look']);
});

it('makes anew what was left without its name', async () => {
  const { asked, start } = scripted(undefined, found('0123456789ab_m-api-1'));
  await start();
  expect(asked).toEqual(['up', 'look', 'recreate']);
});

it('goes on after a conflict of Compose with what it has left itself', async () => {
  const half = found('0123456789ab_m-api-1');
  const { asked, start } = scripted(conflict('m-api-1'), half, undefined, half);
  await start();
  expect(asked).toEqual(['up', 'look', 'up', 'look', 'recreate']);
});

it('tells a conflict with a container of somebody else', async () => {
  const { asked, start } = scripted(conflict('other'), found('m-api-1'));
  await expect(start()).rejects.toThrow('"/other" is already in use');
  expect(asked).toEqual(['up', 'look']);
});

it('takes no longer name for the one that is taken', () => {
  expect(isNameTaken(conflict('gate-1'), 'gate-1')).toBe(true);
  expect(isNameTaken(conflict('gate-12'), 'gate-1')).toBe(false);
  expect(isNameTaken(new Error('x'), 'x')).toBe(false);
});
