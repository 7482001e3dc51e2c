import { createResticRepositories } from '../../../activities/adapters/restic/create-restic-repositories';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { attemptOf, bytesThen, labelOf, noReceipt, sourceOf } from './fixtures';

/** A worker to be killed in mid-stream: `store-and-wait.ts FOLDER CACHE`; prints a line once restic is fed. */
async function main(): Promise<void> {
  const [url = '', cacheDirectory = ''] = process.argv.slice(2);
  const restic = process.env['PAWL_RESTIC'] ?? '';
  const open = createResticRepositories({ restic, runner: hostRunner, cacheDirectory });
  const secret = (): Promise<string> => Promise.resolve(process.env['RESTIC_PASSWORD'] ?? '');
  const repository = open(
    { stack: 'melvin', directory: '/', secret },
    { url, password: { env: 'X' }, initialise: false, environment: {} },
  );
  const hang = new Promise<void>(() => setTimeout(() => undefined, 600_000));
  const source = sourceOf(bytesThen(Buffer.alloc(3_000_000, 'x'), () => hang));
  const onProgress = (): void => {
    console.log('fed');
  };
  await repository.storeStream({
    source,
    label: labelOf(),
    attempt: attemptOf({ onProgress }),
    beforeClose: noReceipt,
  });
}

void main();
