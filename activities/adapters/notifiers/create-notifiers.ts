import type { CommandRunner } from '../../ports/command-runner';
import type { Notifiers } from '../../ports/notifier';
import { createCommandNotifier } from './command/create-command-notifier';
import { createDiscordNotifier } from './discord/create-discord-notifier';
import { createNtfyNotifier } from './ntfy/create-ntfy-notifier';
import { createPingNotifier } from './ping/create-ping-notifier';
import { createSlackNotifier } from './slack/create-slack-notifier';
import { createSmtpNotifier } from './smtp/create-smtp-notifier';
import { createWebhookNotifier } from './webhook/create-webhook-notifier';

/** One for each kind of channel. */
export function createNotifiers(hostRunner: CommandRunner): Notifiers {
  return {
    webhook: createWebhookNotifier(),
    ntfy: createNtfyNotifier(),
    slack: createSlackNotifier(),
    discord: createDiscordNotifier(),
    smtp: createSmtpNotifier(),
    command: createCommandNotifier(hostRunner),
    ping: createPingNotifier(),
  };
}
