import { createInMemoryRepositories } from '../../support/in-memory/repository';
import { describeWith } from '../../support/requirements';
import { createResticRepository } from '../../support/restic-repository';
import { attemptOf } from './fixtures';
import { repositoryContract } from './repository-contract';

describeWith(['restic'], 'the restic repository', () => {
  repositoryContract(async () => {
    const repository = await createResticRepository();
    return {
      open: repository.open,
      prepare: repository.prepare,
      countSnapshots: async () => (await repository.snapshots()).length,
      storingMilliseconds: 2000,
      remove: repository.remove,
    };
  });
});

describe('the in-memory repository', () => {
  repositoryContract(() => {
    const { open, countSnapshots } = createInMemoryRepositories();
    const url = '/srv/backup';
    const site = (password: string) => ({
      ...{ stack: 'melvin', directory: '/' },
      secret: () => Promise.resolve(password),
    });
    const description = { url, password: { env: 'X' }, initialise: true, environment: {} };
    return Promise.resolve({
      open: ({ password = 'right' } = {}) => open(site(password), description),
      prepare: () => open(site('right'), description).initialise(attemptOf()),
      countSnapshots: () => Promise.resolve(countSnapshots(url)),
      storingMilliseconds: 0,
      remove: () => Promise.resolve(),
    });
  });
});
