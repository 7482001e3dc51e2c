import type { Message } from '../../ports/notifier';

/** A message as programs read it: a webhook's body and a command's input. It grows; nothing is taken away within a format. */
export function payloadOf({ id, title, text, urgency, link, notice }: Message): string {
  return JSON.stringify({
    ...{ format: 'pawl/notice@1', id, title, text, urgency },
    ...notice,
    ...(link === undefined ? {} : { link }),
  });
}
