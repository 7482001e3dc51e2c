import { GROUPS, type CommandSpec } from '../command';

/** They are of an installation, and of this command itself. */
export const SET_UP_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'config',
    about: 'Inspect the stack file',
    group: GROUPS.setUp,
    subcommands: [
      {
        name: 'show',
        about: 'Print the merged stack file, each value with its origin',
        load: () => import('../commands/config-show.js'),
      },
      {
        name: 'path',
        about: 'List the files that are read',
        load: () => import('../commands/config-path.js'),
      },
      {
        name: 'validate',
        about: 'Report every problem at once, with its position',
        load: () => import('../commands/config-validate.js'),
      },
    ],
  },
  {
    name: 'key',
    about: 'Make or rotate the key that seals everything that passes through Temporal',
    group: GROUPS.setUp,
    subcommands: [
      {
        name: 'make',
        about: 'Make the key of an installation, if there is none; `pawl server` does it by itself',
        examples: [['pawl key make --key-file pawl.key', 'for workers of a server elsewhere']],
        changes: true,
        load: () => import('../commands/key-make.js'),
      },
      {
        name: 'rotate',
        about: 'Seal with a new key from now on; what was sealed before can still be read',
        options: [
          ['--after <duration>', 'seal with it only then, so that all hosts can have it before'],
        ],
        examples: [['pawl key rotate --after 2h', 'then copy the file to the other hosts']],
        changes: true,
        load: () => import('../commands/key-rotate.js'),
      },
    ],
  },
  {
    name: 'notify',
    about: 'Try out the channels by which people are told',
    group: GROUPS.setUp,
    subcommands: [
      {
        name: 'test',
        about: 'Send a test message from the host, and say what each channel answered',
        operands: [
          { usage: '[channel]', about: 'a channel of the stack file; each of them when absent' },
        ],
        examples: [['pawl notify test ops', 'does the channel ops take messages?']],
        changes: true,
        load: () => import('../commands/notify-test.js'),
      },
    ],
  },
  {
    name: 'doctor',
    about: 'Check everything pawl needs, with a fix for each problem',
    group: GROUPS.setUp,
    load: () => import('../commands/doctor.js'),
  },
  {
    name: 'version',
    about: 'Show the versions of this command, of each worker and of the Temporal server',
    group: GROUPS.setUp,
    load: () => import('../commands/version.js'),
  },
  {
    name: 'server',
    about: 'Run the embedded Temporal server, its UI and a worker, in the foreground',
    group: GROUPS.setUp,
    passThrough: true,
    changes: true,
    load: () => import('../commands/server.js'),
  },
  {
    name: 'worker',
    about: 'Run the worker of this host, in the foreground',
    group: GROUPS.setUp,
    passThrough: true,
    changes: true,
    load: () => import('../commands/worker.js'),
  },
  {
    name: 'completion',
    about: 'Print the completion script of a shell',
    group: GROUPS.setUp,
    operands: [
      { usage: '<shell>', about: 'the shell', choices: ['bash', 'zsh', 'fish', 'powershell'] },
    ],
    examples: [['source <(pawl completion bash)', 'in ~/.bashrc']],
    load: () => import('../commands/completion.js'),
  },
  {
    name: 'help',
    about: 'Help for a command, or: exit-codes, environment, output, pages',
    group: GROUPS.setUp,
    operands: [{ usage: '[topic...]', about: 'a command or topic', complete: 'command' }],
    load: () => import('../commands/help.js'),
  },
  {
    name: 'complete',
    about: 'Answer a completion script',
    hidden: true,
    passThrough: true,
    load: () => import('../commands/complete.js'),
  },
];
