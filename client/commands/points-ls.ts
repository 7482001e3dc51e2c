import type { RestoreOptions } from '../../workflows/model/options';
import type { StoredListing } from '../../workflows/model/recovery-point';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderListing } from '../render/stored-listing';
import { loadStack } from '../stack';
import { askWorker } from '../temporal/ask-worker';
import { withSession } from '../temporal/session';

/** Lists the parts of a recovery point, or what is in one folder of a part that is stored file by file. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, globals, output } = invocation;
  const [id, part, path] = operands;
  const point: RestoreOptions['point'] =
    id === undefined || id === NEWEST ? { newest: true } : { id };
  const stack = await loadStack(globals);
  const input = {
    ...{ stack, point },
    ...(part === undefined ? {} : { part }),
    ...(path === undefined ? {} : { path }),
  };
  const listing = await withSession(invocation, (session) =>
    askWorker<StoredListing>(session, output, {
      ...{ stack, type: 'listStored', prefix: 'list-stored', input },
    }),
  );
  output.json('pawl/points-ls@1', { stack: stack.name, ...listing });
  output.result(renderListing(listing, output.textWidth));
  return EXIT_CODES.done;
}

const NEWEST = 'newest';
