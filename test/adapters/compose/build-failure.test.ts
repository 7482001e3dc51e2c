import { buildFailure, pushFailure } from '../../../activities/adapters/compose/build-failure';

const ended = (stderrTail: string) => ({
  ...{ doing: 'build api', directory: '/srv/melvin', argv: ['docker-compose', 'build'] },
  exit: { code: 1, signal: null, stderrTail, elapsedSeconds: 1 },
  output: ' > [api 2/2] RUN make:\n0.197 make: *** dial tcp 10.0.0.1: connection refused',
});

/** As Compose 2.40.3 with engine 20.10 printed it; those of Docker Hub as others have reported them. */
it.each([
  [
    'VerificationFailed',
    'failed to solve: executor failed running [/bin/sh -c make]: exit code: 2',
  ],
  [
    'VerificationFailed',
    'failed to solve: process "/bin/sh -c curl # dial tcp" did not complete successfully: exit code: 7',
  ],
  ['VerificationFailed', "The command '/bin/sh -c make' returned a non-zero code: 3"],
  ['VerificationFailed', 'failed to read dockerfile: open Dockerfile: no such file or directory'],
  ['ServiceUnavailable', 'Cannot connect to the Docker daemon at unix:///x. Is it running?'],
  ['CredentialsRejected', 'failed to solve: pull access denied, repository does not exist'],
  ['CommandFailed', 'failed to solve: failed to do request: Head "https://r/v2/": dial tcp: x'],
  ['CommandFailed', 'failed to solve: write /x: no space left on device'],
])('calls a build that fails %s by Compose’s last line: %s', (kind, said) => {
  const failure = buildFailure(
    ended(`time="now" level=warning msg="x"\n api  Building\n${said}\n`),
  );
  expect(failure).toMatchObject({ kind, message: expect.stringContaining(said) as string });
  expect(failure.evidence.stderrTail).toMatch(/RUN make:[^]*connection refused\n/);
  expect(failure.evidence.stderrTail).toContain(said);
});

it.each([
  ['CredentialsRejected', 'no basic auth credentials'],
  ['CredentialsRejected', 'denied: requested access to the resource is denied'],
  ['ServiceUnavailable', 'Get "http://127.0.0.1:1/v2/": dial tcp: connect: connection refused'],
  ['CommandFailed', 'blob upload invalid'],
])('calls a push that fails %s: %s', (kind, said) => {
  expect(pushFailure(ended(said))).toMatchObject({ kind });
});
