import type { Machine } from './tiny-program';

/**
 * A `go` that takes as long as it is told: `go list` names three packages; `go build` names them one by one, each after
 * `sleep SECONDS` in a process of its own, and puts down a program that says its version, or the real one where its
 * path is in `GO_GIVES_<NAME>`.
 */
export async function putStandInGo(machine: Machine, sleep = '0.01'): Promise<string> {
  return machine.put(
    'bin/go',
    `#!/bin/sh
case "$1" in
list) printf 'one\\ntwo\\nthree\\n' ;;
build)
  echo 'go: downloading example.org/one v1.0.0' >&2
  for package in one two three; do sleep ${sleep}; echo $package >&2; done
  while [ "$1" != -o ]; do shift; done
  case "$2" in
  */temporal) version=1.8.2 real=$GO_GIVES_TEMPORAL ;;
  *) version=0.19.1 real=$GO_GIVES_RESTIC ;;
  esac
  if [ -n "$real" ]; then cp "$real" "$2"; else printf '#!/bin/sh\\necho %s\\n' $version >"$2"; fi ;;
esac
`,
  );
}
