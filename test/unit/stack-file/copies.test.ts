import { problemsOf, read, withLines } from './stack-texts';

const copies = (...lines: readonly string[]): string =>
  withLines('copies:', ...lines.map((line) => `  ${line}`));

describe('what a stack file says about copies', () => {
  it('becomes repositories with names, with every default filled in', () => {
    const text = copies(
      "offsite: {url: 's3:https://s3.example.com/melvin', password: {file: /etc/pawl/offsite.key},",
      '  environment: {AWS_SECRET_ACCESS_KEY: {env: OFFSITE}, AWS_REGION: eu-1}, initialise: true}',
      'usb: {url: /mnt/usb/melvin, password: {env: USB}}',
    );
    expect(read(text).description.copies).toEqual([
      {
        ...{ name: 'offsite', url: 's3:https://s3.example.com/melvin', initialise: true },
        password: { file: '/etc/pawl/offsite.key' },
        environment: { AWS_SECRET_ACCESS_KEY: { env: 'OFFSITE' }, AWS_REGION: { plain: 'eu-1' } },
      },
      {
        ...{ name: 'usb', url: '/mnt/usb/melvin', initialise: false },
        ...{ password: { env: 'USB' }, environment: {} },
      },
    ]);
  });

  it('is nothing when it names none', () => {
    expect(read(withLines('copies: {}')).description).not.toHaveProperty('copies');
  });

  it.each([
    [
      'a name that is none',
      copies('Off_Site: {url: /mnt, password: {env: A}}'),
      [
        '8:3 copies.Off_Site: the name must be 1 to 63 lower-case letters, digits, `.`, `_` or `-`, and begin with a letter or a digit',
      ],
    ],
    [
      'a copy in the place of another',
      copies('a: {url: /mnt, password: {env: A}}', 'b: {url: /mnt, password: {env: A}}'),
      ['9:12 copies.b.url: is that of `copies.a`; a copy lies elsewhere'],
    ],
    [
      'a copy inside what is protected',
      copies('a: {url: data/copy, password: {env: A}}'),
      ['8:12 copies.a.url: lies in the folder of `data`, and so would be stored in itself'],
    ],
    [
      'a password in its address, which is not printed',
      copies('a: {url: "rest:https://ops:hunter2@nas/", password: {env: A}}'),
      [expect.stringContaining('8:12 copies.a.url: must not hold a password') as string],
    ],
    [
      'a variable that pawl sets',
      copies('a: {url: /mnt, password: {env: A}, environment: {RESTIC_FROM_PASSWORD: {env: B}}}'),
      ['8:52 copies.a.environment.RESTIC_FROM_PASSWORD: is set by pawl itself; remove it'],
    ],
    [
      'a key that there is not',
      copies('a: {url: /mnt, password: {env: A}, keeep: 3}'),
      [expect.stringContaining('copies.a.keeep: unknown key') as string],
    ],
  ])('refuses %s', (_title, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('refuses two logins of one name, and takes one that both share', () => {
    const both = (own: string, other: string) =>
      copies(`a: {url: 's3:b', password: {env: A}, environment: {AWS_PROFILE: ${other}}}`).replace(
        'protect:',
        `  environment: {AWS_PROFILE: ${own}}\nprotect:`,
      );
    expect(problemsOf(both('home', 'away'))).toEqual([
      expect.stringContaining(
        'copies.a.environment.AWS_PROFILE: is not as in `repository.environment`',
      ) as string,
    ]);
    expect(read(both('home', 'home')).description.copies).toHaveLength(1);
  });
});
