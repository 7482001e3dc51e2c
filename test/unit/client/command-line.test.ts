import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandSpec } from '../../../client/command';
import { COMMANDS } from '../../../client/command-table';
import { buildProgram } from '../../../client/program';
import type { Request } from '../../../client/program';

function parse(...argv: string[]): { request: Request | undefined; said: string } {
  let request: Request | undefined;
  let said = '';
  const program = buildProgram({ version: '1.2.3' }, COMMANDS, (asked) => {
    request = asked;
  });
  const silence = (command: typeof program): void => {
    command.configureOutput({
      writeOut: (text) => (said += text),
      writeErr: (text) => (said += text),
    });
    command.commands.forEach((inner) => {
      silence(inner);
    });
  };
  silence(program);
  try {
    program.parse(argv, { from: 'user' });
  } catch {
    // exitOverride: what it said is what counts here.
  }
  return { request, said };
}

describe('the command line', () => {
  it('takes global options before and after the command', () => {
    const globals = { file: 'a.yaml', json: true };
    expect(parse('-f', 'a.yaml', 'runs', '--json').request).toMatchObject({ globals });
    expect(parse('--json', 'runs', '-f', 'a.yaml').request).toMatchObject({ globals });
  });

  it('keeps -f of logs for --follow, and the stack file reachable', () => {
    const { request } = parse('-f', 'a.yaml', 'logs', '42', '-f');
    expect(request).toMatchObject({ flags: { follow: true }, globals: { file: 'a.yaml' } });
    expect(request?.operands).toEqual(['42']);
    expect(parse('logs', '--file', 'b.yaml', '42').request?.globals.file).toBe('b.yaml');
  });

  it('does not let a default hide --no-color, wherever it stands', () => {
    expect(parse('--no-color', 'runs').request?.globals.color).toBe(false);
    expect(parse('runs', '--no-color').request?.globals.color).toBe(false);
    expect(parse('runs').request?.globals.color).toBeUndefined();
  });

  it('tells `restore confirm RUN` from a part of that name', () => {
    expect(parse('restore', 'confirm', '42').request?.spec.name).toBe('confirm');
    expect(parse('restore', 'accounts', 'confirm').request).toMatchObject({
      spec: { name: 'restore' },
      operands: ['accounts', 'confirm'],
    });
  });

  it('collects the images of a deploy, given one by one or together', () => {
    const image = ['api=a:1', 'worker=b:2'];
    const oneByOne = parse('deploy', '--image', 'api=a:1', '-y', '--image', 'worker=b:2');
    expect(oneByOne.request).toMatchObject({ flags: { image }, globals: { yes: true } });
    const together = parse('plan', 'deploy', '--image', 'api=a:1', 'worker=b:2', '--json');
    expect(together.request).toMatchObject({ flags: { image }, globals: { json: true } });
  });

  it('tells `releases diff A B` from the list', () => {
    expect(parse('releases', 'diff', '3', '4').request).toMatchObject({
      spec: { name: 'diff' },
      operands: ['3', '4'],
    });
    expect(parse('releases').request?.spec.name).toBe('releases');
    expect(parse('releases', 'diff').request).toBeUndefined();
  });

  it('hands everything after server and worker on as it is', () => {
    const { request } = parse('worker', '--host', 'web1', '--help', '-v');
    expect(request?.operands).toEqual(['--host', 'web1', '--help', '-v']);
  });

  it('suggests the command that was meant', () => {
    expect(parse('bakup').said).toContain('Did you mean backup?');
    expect(parse('bakup').request).toBeUndefined();
  });

  it('leads to the help of the command whose option was wrong', () => {
    expect(parse('restore', 'confirm', '4', '--bogus').said).toContain(
      '`pawl help restore confirm`',
    );
    expect(parse('backup', '--bogus').said).toContain('`pawl help backup`');
    expect(parse('--bogus').said).toContain('pawl --help lists commands');
  });

  it('knows no abbreviated commands', () => {
    expect(parse('back').request).toBeUndefined();
  });

  it('documents every command and option in docs/commands.md', () => {
    const docs = readFileSync(join(__dirname, '../../../docs/commands.md'), 'utf8');
    const check = (specs: readonly CommandSpec[], above: string): void => {
      for (const spec of specs.filter(({ hidden }) => !hidden)) {
        expect(docs).toContain(`pawl ${above}${spec.name}`);
        for (const [flags] of spec.options ?? [])
          expect(docs).toContain(/--[\w-]+/.exec(flags)?.[0]);
        check(spec.subcommands ?? [], `${above}${spec.name} `);
      }
    };
    check(COMMANDS, '');
  });
});
