import { AdapterError } from '../../../activities/ports/adapter-error';
import { isNameTaken, startServices } from '../../../activities/adapters/compose/start-services';

const conflict = (name: string): AdapterError =>
  new AdapterError(
    'PreconditionFailed',
    `Conflict. The container name "/${name}" is already in use by container "0a"`,
  );

const listed = (...names: readonly string[]): string =>
  names.map((Name) => JSON.stringify({ Name, Service: 'api' })).join('\n');

/** Answers in turn; an error is thrown. */
function scripted(...answers: readonly (string | Error)[]) {
  const asked: string[] = [];
  const rest = [...answers];
  const compose = (argv: readonly string[]): Promise<string> => {
    asked.push(argv.includes('--force-recreate') ? 'recreate' : (argv[0] ?? ''));
    const answer = rest.shift() ?? '';
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { asked, start: () => startServices(compose, ['api']) };
}

it('starts, looks, and is done', async () => {
  const { asked, start } = scripted('', listed('m-api-1', 'm-api-2'));
  await start();
  expect(asked).toEqual(['up', 'ps']);
});

it('makes anew what was left without its name', async () => {
  const { asked, start } = scripted('', listed('0123456789ab_m-api-1'));
  await start();
  expect(asked).toEqual(['up', 'ps', 'recreate']);
});

it('goes on after a conflict of Compose with what it has left itself', async () => {
  const half = listed('0123456789ab_m-api-1');
  const { asked, start } = scripted(conflict('m-api-1'), half, '', half);
  await start();
  expect(asked).toEqual(['up', 'ps', 'up', 'ps', 'recreate']);
});

it('tells a conflict with a container of somebody else', async () => {
  const { asked, start } = scripted(conflict('other'), listed('m-api-1'));
  await expect(start()).rejects.toThrow('"/other" is already in use');
  expect(asked).toEqual(['up', 'ps']);
});

it('takes no longer name for the one that is taken', () => {
  expect(isNameTaken(conflict('gate-1'), 'gate-1')).toBe(true);
  expect(isNameTaken(conflict('gate-12'), 'gate-1')).toBe(false);
  expect(isNameTaken(new Error('x'), 'x')).toBe(false);
});
