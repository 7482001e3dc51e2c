import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createResticRepositories } from '../../../activities/adapters/restic/create-restic-repositories';
import type { CommandRunner } from '../../../activities/ports/command-runner';
import type { Repository } from '../../../activities/ports/repository';
import { failureOf } from '../../support/failure-of';
import { describeWith } from '../../support/requirements';
import {
  createResticRepository,
  resticProgram,
  type ResticRepository,
} from '../../support/restic-repository';
import { attemptOf, labelOf, manifestOf, sourceOf } from './fixtures';

const noReceipt = () => Promise.resolve();

describeWith(['restic'], 'a look at a local repository before a backup', () => {
  let subject: ResticRepository;
  let repository: Repository;
  let reopened: (password: string) => Repository;
  /** restic's commands, in order. */
  const called: string[] = [];
  beforeEach(async () => {
    subject = await createResticRepository();
    await subject.prepare();
    called.length = 0;
    const runner: CommandRunner = {
      ...hostRunner,
      spawn: (argv, options) => {
        called.push(argv[1] ?? '');
        return hostRunner.spawn(argv, options);
      },
    };
    const open = createResticRepositories({
      ...{ restic: resticProgram(), runner },
      cacheDirectory: join(subject.directory, 'cache'),
    });
    reopened = (password) => {
      const { directory } = subject;
      const secret = () => Promise.resolve(password);
      return open({ stack: 'melvin', directory, secret }, subject.description);
    };
    repository = reopened('correct horse');
  });
  afterEach(() => subject.remove());

  const store = (bytes: number) =>
    repository.storeStream({
      source: sourceOf([randomBytes(bytes)]),
      label: labelOf(),
      attempt: attemptOf(),
      beforeClose: noReceipt,
    });
  const observe = async (stack = 'melvin') => {
    called.length = 0;
    const { state, lastSizes } = await repository.observe(stack, attemptOf());
    return { state, lastSizes, called: [...called] };
  };
  const { name } = labelOf().part;

  test('opens it the first time, and not again while it holds what this process knows of', async () => {
    expect(await observe()).toEqual({ state: 'ready', lastSizes: {}, called: ['snapshots'] });
    await store(300);
    await repository.storeManifest(manifestOf(), attemptOf());
    expect(await observe()).toEqual({ state: 'ready', lastSizes: { [name]: 300 }, called: [] });
    expect(await observe('other')).toMatchObject({ called: ['snapshots'] });
    expect(await observe()).toMatchObject({ called: [] });
  });

  test('opens it again after another has stored something there, or taken something away', async () => {
    await store(300);
    await observe();
    await subject.restic('tag', '--add=kept');
    expect(await observe()).toMatchObject({
      lastSizes: { [name]: 300 },
      called: ['snapshots'],
    });
    await subject.restic('forget', '--unsafe-allow-remove-all', '--tag=kept');
    expect(await observe()).toMatchObject({ lastSizes: {}, called: ['snapshots'] });
  });

  test('sees that the password is another one now', async () => {
    await observe();
    const { kind } = await failureOf(reopened('wrong').observe('melvin', attemptOf()));
    expect(kind).toBe('CredentialsRejected');
    const file = join(subject.directory, 'further-password');
    await writeFile(file, 'another');
    await subject.restic('key', 'add', `--new-password-file=${file}`);
    expect(await observe()).toMatchObject({ called: ['snapshots'] });
  });

  test('sees that the repository is gone, and that another is in its place', async () => {
    await store(300);
    await observe();
    await rm(subject.folder, { recursive: true });
    expect(await observe()).toMatchObject({ state: 'absent' });
    await subject.prepare();
    expect(await observe()).toEqual({ state: 'ready', lastSizes: {}, called: ['snapshots'] });
  });
});
