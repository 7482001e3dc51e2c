import { renderRun } from '../render/run-frame';
import { renderRunEvent } from '../render/run-event';
import type { Output } from '../terminal/output';
import { eventsBetween, happenedAt, type RunEvent } from './run-events';
import type { RunView } from './run-view';

/** Shows a run as it goes on. */
export interface Presenter {
  show(view: RunView): void;
  /** Leaves the last picture standing. */
  close(): void;
}

export async function choosePresenter(output: Output): Promise<Presenter> {
  if (output.style.quiet) return { show: () => undefined, close: () => undefined };
  if (output.style.json) return jsonLines(output);
  return output.live ? liveScreen(output) : plainLines(output);
}

/** A picture drawn over itself. log-update is ESM only and needed on a terminal only. */
async function liveScreen(output: Output): Promise<Presenter> {
  const { createLogUpdate } = await import('log-update');
  const draw = createLogUpdate(sized(output));
  return {
    show(view) {
      const { width, height, colours } = output;
      const screen = { width: width - 1, height: height - 1, colours };
      draw(renderRun(view, screen, Date.now()).join('\n'));
    },
    close() {
      draw.done();
    },
  };
}

/** The terminal, with a size also where it tells none: what is drawn over must be known to fit. */
function sized(output: Output): NodeJS.WriteStream {
  const terminal = {
    get columns() {
      return output.width;
    },
    get rows() {
      return output.height;
    },
    write: (text: string) => output.stdout.write(text),
  };
  return terminal as unknown as NodeJS.WriteStream;
}

function plainLines(output: Output): Presenter {
  return onEvents((event, view, isFirst) => {
    // At a first look much is past; later all is news, and a line's time is never before that of the one above it.
    const at = isFirst ? happenedAt(event, view) : undefined;
    output.line(renderRunEvent(event, at ?? new Date()));
  });
}

function jsonLines(output: Output): Presenter {
  return onEvents((event, { run }) => {
    printRunEvent(output, run, event);
  });
}

/** One line of the stream that `--json` gives of a run. */
export function printRunEvent(
  output: Output,
  run: string,
  event: { readonly event: string },
): void {
  output.json('pawl/run@1', { run, at: new Date().toISOString(), ...event });
}

function onEvents(tell: (event: RunEvent, view: RunView, isFirst: boolean) => void): Presenter {
  let before: RunView | undefined;
  return {
    show(view) {
      const isFirst = before === undefined;
      for (const event of eventsBetween(before, view)) tell(event, view, isFirst);
      before = view;
    },
    close: () => undefined,
  };
}
