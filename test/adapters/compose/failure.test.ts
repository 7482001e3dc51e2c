import { AdapterError } from '../../../activities/ports/adapter-error';
import { composeFailure } from '../../../activities/adapters/compose/compose-failure';

const failed = (stderrTail: string, reads: 'files' | 'engine' = 'engine'): AdapterError =>
  composeFailure(new AdapterError('CommandFailed', stderrTail, { exitCode: 1, stderrTail }), {
    ...{ doing: 'start api', directory: '/srv/melvin', reads },
  }) as AdapterError;

/** As Compose 2.40.3 with engine 20.10 and 28 printed it. */
it.each([
  ['PreconditionFailed', 'services.api additional properties ‘imagee’ not allowed: validating x'],
  ['PreconditionFailed', 'driver failed: Bind for 0.0.0.0:80 failed: port is already allocated'],
  [
    'PreconditionFailed',
    'failed to bind host port 0.0.0.0:80/tcp: listen tcp4 0.0.0.0:80: bind: address already in use',
  ],
  ['PreconditionFailed', 'Error response from daemon: No such image: none:1'],
  [
    'PreconditionFailed',
    'Error response from daemon: Conflict. The container name "/x" is already in use by container "0a"',
  ],
  ['PreconditionFailed', 'network n declared as external, but could not be found'],
  ['PreconditionFailed', 'error while removing network: network n has active endpoints'],
  ['PreconditionFailed', 'no such service: api'],
  ['ServiceUnavailable', 'Cannot connect to the Docker daemon at unix:///x. Is it running?'],
  ['ServiceUnavailable', 'Get "http://d/v1/containers": EOF'],
  ['ServiceUnavailable', 'dial unix /var/run/docker.sock: connect: connection refused'],
  [
    'CredentialsRejected',
    'permission denied while trying to connect to the Docker daemon socket at unix:///x',
  ],
  ['CommandFailed', 'Error response from daemon: no space left on device'],
])('calls a failure %s by its words: %s', (kind, said) => {
  const failure = failed(`time="now" level=warning msg="x"\n Container a  Creating\n${said}\n`);
  expect(failure).toMatchObject({ kind });
  expect(failure.message).toContain('Compose could not start api in /srv/melvin: ');
  expect(failure.message).toContain(said);
});

it('advises on an address otherwise than on a port', () => {
  expect(failed('Error response from daemon: Address already in use').evidence.advice).toMatch(
    /ipv4_address/,
  );
  expect(failed('listen tcp4 :80: bind: address already in use').evidence.advice).toMatch(/port/);
});

it.each([
  'failed to read /srv/.env: line 2: unterminated quoted value "hunter2 and more',
  'failed to read /srv/.env: line 2: unexpected character "/" in variable name "hunter2/x"',
  'error while interpolating services.a.privileged: invalid boolean: hunter2',
  'services.a.scale: strconv.Atoi: parsing "hun\\"hunter2": invalid syntax',
  'invalid containerPort: hunter2',
  `${'x'.repeat(4000)}hunter2`,
])('tells no value that Compose quotes: %.70s', (said) => {
  const failure = failed(`${said}\n`, 'files');
  expect(failure).toMatchObject({ kind: 'PreconditionFailed' });
  expect(JSON.stringify([failure.message, failure.evidence, failure.cause])).not.toContain(
    'hunter2',
  );
  expect(failure.message).toContain('[redacted');
});

it('does not ask to correct a Compose file that is not there', () => {
  const { evidence } = failed('no configuration file provided: not found', 'files');
  expect(evidence.advice).toMatch(/^There is no Compose file in that folder: name yours/);
});

it('takes no word of a file for one of the engine', () => {
  expect(failed('yaml: line 3: unexpected EOF', 'files')).toMatchObject({
    kind: 'PreconditionFailed',
  });
});
