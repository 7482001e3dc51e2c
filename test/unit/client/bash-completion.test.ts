import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BASH_SCRIPT } from '../../../client/completion/bash-script';

describe('the bash completion', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pawl-completion-'));
    writeFileSync(join(folder, 'script.bash'), BASH_SCRIPT);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** What real bash offers after these words, with a `pawl` that answers as told and notes what it was asked. */
  function complete(words: readonly string[], answer: string): string[] {
    writeFileSync(join(folder, 'answer'), answer);
    const program = `#!/bin/sh\nprintf '%s\\n' "$@" > asked\ncat answer\n`;
    writeFileSync(join(folder, 'pawl'), program);
    chmodSync(join(folder, 'pawl'), 0o755);
    const lines = [
      'set -eu',
      'source ./script.bash',
      'source ./script.bash',
      'COMP_WORDS=("$@")',
      'COMP_CWORD=$(($# - 1))',
      '_pawl_complete',
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ];
    const argv = ['-c', lines.join('\n'), 'bash', ...words];
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const out = execFileSync('bash', argv, { cwd: folder, env, encoding: 'utf8' });
    return out.trim().split('\n');
  }

  it('offers what pawl answers, also when it was sourced twice', () => {
    const answer = 'backup\tSave a recovery point\nbake\tnothing\n:4\n';
    expect(complete(['pawl', 'ba'], answer)).toEqual(['backup', 'bake']);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('complete\n--\nba\n');
  });

  it('evaluates neither what was typed nor what a stack file holds', () => {
    const typed = ['pawl', 'show', '$(touch typed)', '`touch typed`; touch typed', ''];
    expect(complete(typed, '$(touch offered)\ta part\n:4\n')).toEqual(['\\$\\(touch\\ offered\\)']);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toContain('\n$(touch typed)\n');
    expect(existsSync(join(folder, 'typed'))).toBe(false);
    expect(existsSync(join(folder, 'offered'))).toBe(false);
  });
});
