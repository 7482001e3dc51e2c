/** Taken by every command, before or after its name; `GlobalOptions` is what they become. */
export const GLOBAL_OPTIONS = [
  ['-f, --file <path>', 'stack file (default: pawl.yaml here or in a folder above)'],
  ['-e, --environment <name>', 'overlay pawl.<name>.yaml'],
  ['--json', 'JSON on standard output'],
  ['-y, --yes', 'answer yes where a yes is enough'],
  ['-n, --dry-run', 'show the plan, touch nothing'],
  ['-q, --quiet', 'the result only'],
  ['-v, --verbose', 'tell more, with stacks of errors'],
  ['--no-color', 'no colours'],
  [
    '--key-file <path>',
    "key of the installation (default: pawl.key in this machine's state directory)",
  ],
  ['--profile <name>', "profile of Temporal's client configuration"],
] as const;
