import * as os from 'node:os';
import { requester } from '../../../client/temporal/requester';

jest.mock('node:os', () => ({ hostname: () => 'desk', userInfo: jest.fn() }));

describe('who asks', () => {
  const userInfo = jest.mocked(os.userInfo);

  it('is the user and the machine', () => {
    userInfo.mockReturnValue({ username: 'anna' } as never);
    expect(requester()).toBe('anna@desk');
  });

  it('is told by its number when the machine has no name for it, as in a container', () => {
    userInfo.mockImplementation(() => {
      throw Object.assign(new Error('uv_os_get_passwd returned ENOENT'), {
        code: 'ERR_SYSTEM_ERROR',
      });
    });
    expect(requester()).toBe(`${process.getuid?.() ?? 'none'}@desk`);
  });
});
