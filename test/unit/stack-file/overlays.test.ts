import { problemsOf, read, withLines, withProtect } from './stack-texts';

describe('an overlay', () => {
  it('is merged map by map, replaces lists and scalars, and takes keys away with null', () => {
    const base = withProtect(
      'a: {engine: postgres, service: db, database: a}',
      'b: {engine: files, path: data, exclude: [x, y]}',
      'c: {engine: files, path: cache}',
    );
    const overlay = [
      'stack: melvin-staging',
      'protect:',
      '  a: {service: null, address: {host: db, port: 5432}}',
      '  b: {exclude: [z]}',
      '  c: ~',
      'limits: {stall: 1m}',
    ].join('\n');
    const { description } = read(base, overlay);
    expect(description.name).toBe('melvin-staging');
    expect(description.protect).toMatchObject([
      { name: 'a', reach: { address: { host: 'db', port: 5432 } }, database: 'a' },
      { name: 'b', path: 'data', exclude: ['z'] },
    ]);
    expect(description.protect).toHaveLength(2);
    expect(description.limits.stallSeconds).toBe(60);
  });

  it('replaces a secret reference as a whole', () => {
    const { description } = read(withLines(), 'repository: {password: {file: /key}}');
    expect(description.repository.password).toEqual({ file: '/key' });
  });

  it('may supply what the base lacks, and may be empty', () => {
    expect(read(withLines('host: nas'), 'directory: /x').description.directory).toBe('/x');
    expect(read(withLines(), '# nothing yet\n').description.name).toBe('melvin');
  });

  it('is named by the problems that it brings in, and the base by its own', () => {
    const problems = problemsOf(
      withLines('hosst: x'),
      'protect:\n  data: {path: 5}\n  more: {engine: file, path: x}\n',
    );
    expect(problems).toEqual([
      '7:1 hosst: unknown key; did you mean `host`?',
      "pawl.staging.yaml:2:16 protect.data.path: must be text, not `5`; write `'5'`",
      'pawl.staging.yaml:3:18 protect.more.engine: `file` is not known here; did you mean `files`?',
    ]);
  });

  it('may not take away what is not there', () => {
    expect(problemsOf(withLines(), 'protect: {dat: null, x: {path: null}}')).toEqual([
      'pawl.staging.yaml:1:11 protect.dat: `null` takes a key away, but the base has no `dat` here; did you mean `data`?',
      'pawl.staging.yaml:1:22 protect.x.engine: is missing; it must be one of `postgres`, `mongodb`, `sqlite`, `files`',
      'pawl.staging.yaml:1:26 protect.x.path: `null` takes a key away, but the base has no `path` here',
    ]);
  });

  it('does not take a key away that merely lost its value', () => {
    expect(problemsOf(withLines('host: local'), 'host:\n')).toEqual([
      'pawl.staging.yaml:1:1 host: has no value; it must be text',
    ]);
  });

  it('stops at broken syntax in either file, since nothing can be said of the result', () => {
    expect(problemsOf(withLines('host: nas'), 'directory: [\n')).toEqual([
      expect.stringMatching(/^pawl\.staging\.yaml:2:1: not valid YAML/),
    ]);
  });
});
