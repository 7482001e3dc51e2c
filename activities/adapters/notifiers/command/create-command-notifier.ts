import type { CommandChannel } from '../../../../workflows/model/channel';
import type { CommandRunner } from '../../../ports/command-runner';
import type { Message, Notifier } from '../../../ports/notifier';
import { payloadOf } from '../payload';

/** A program on the host, without a shell: what happened is its standard input, and the telling part of it its environment. */
export function createCommandNotifier(runner: CommandRunner): Notifier<CommandChannel> {
  return {
    async tell({ channel, message, site, signal }) {
      const env = environmentOf(message);
      const input = payloadOf(message);
      await runner.run(channel.argv, { cwd: site.directory, env, input, signal });
      return `${channel.argv[0] ?? ''} ended with exit code 0`;
    },
  };
}

function environmentOf({ title, text, notice }: Message): Record<string, string> {
  return {
    ...{ PAWL_EVENT: notice.event, PAWL_STACK: notice.stack, PAWL_HOST: notice.host },
    ...{ PAWL_RUN: notice.run ?? '', PAWL_RUNBOOK: notice.runbook ?? '' },
    ...{ PAWL_TITLE: title, PAWL_TEXT: text },
  };
}
