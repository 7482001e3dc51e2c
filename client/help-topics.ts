/** `pawl help TOPIC`. The long forms are pages: `pawl help docs/exit-codes.md`. */
export const HELP_TOPICS: Readonly<Record<string, string>> = {
  'exit-codes': `Exit codes (more: pawl help docs/exit-codes.md):
    0  done
    1  failed: the run, or something unexpected
    2  usage, stack file, or not confirmed
    3  verification failed: what was restored is not what was saved, or a release did not prove
       itself; what served before is in place
    4  busy: frozen, locked, or --no-wait and another run is ahead
    5  cancelled
    6  no Temporal server, or no worker
    7  refused: what was found does not allow it, or credentials were rejected
    8  drill: the recovery point did not pass a gate; readiness: not ready
  124  --timeout passed; the run goes on
  130  detached by Ctrl-C; the run goes on`,
  environment: `Environment:
  PAWL_KEY_FILE        the installation's key (default: pawl.key in this machine's state directory)
  PAWL_UI_URL          address of Temporal's web pages (default: the server's host, its port + 1000)
  TEMPORAL_ADDRESS     Temporal server (default localhost:7233)
  TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*, TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE
                       as the temporal command has them; --profile chooses a profile of its file
  NO_COLOR             no colours when not empty`,
  output: `Output (more: pawl help json-output):
  Data and progress go to standard output, messages to standard error.
  On a terminal a run is drawn live; in a pipe every change is one line.
  --json  one document per query; JSON Lines ("schema":"pawl/run@1") for a run; errors are one
          "pawl/error@1" document on standard error. New members may appear, none change meaning.
  -q      the result only: with --detach, the run's id.`,
};
