import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOf, read, withLines } from './stack-texts';

const fixture = join(__dirname, '../../fixtures/stack-files/every-key.yaml');

function deploy(policy: string): readonly string[] {
  return [`approvals: {deploy: {${policy}}}`];
}

/** What is wrong, lines from line 7 on, and every problem that must be told: no more, no fewer. */
type Case = readonly [title: string, lines: readonly string[], problems: readonly string[]];

describe('what a stack file says about approvals', () => {
  it('becomes a policy for each runbook, with every default filled in', () => {
    expect(read(readFileSync(fixture, 'utf8')).description.approvals).toEqual({
      backup: { required: 1, from: ['carl'], expiresSeconds: 14_400, self: false },
      restore: {
        ...{ required: 2, from: ['anna@workshop', 'ben', 'carl'] },
        ...{ expiresSeconds: 1800, self: true },
      },
      deploy: { required: 1, from: ['anna', 'ben'], expiresSeconds: 2, self: false },
      rollback: { required: 1, from: ['anna', 'ben'], expiresSeconds: 3600, self: false },
    });
  });

  it.each([[[]], [['approvals: {}']]])('is no policy when it is nothing: %j', (lines) => {
    expect(read(withLines(...lines)).description).not.toHaveProperty('approvals');
  });

  it.each(['anna', 'anna@laptop', 'ANNA.B', 'anna@example.org@laptop', 'ärne'])(
    'takes %s as the name of a person',
    (name) => {
      const { approvals } = read(withLines(...deploy(`from: ['${name}']`))).description;
      expect(approvals?.['deploy']?.from).toEqual([name]);
    },
  );

  const cases: readonly Case[] = [
    [
      'a runbook that there is not',
      ['approvals: {deplyo: {from: [anna]}}'],
      ['7:13 approvals.deplyo: unknown key; did you mean `deploy`?'],
    ],
    [
      'nobody who may',
      deploy('from: []'),
      ['7:28 approvals.deploy.from: must name somebody who may approve'],
    ],
    [
      'a name with a blank',
      deploy("from: ['anna b']"),
      ['7:29 approvals.deploy.from[0]: must be a name such as `anna` or `anna@laptop`'],
    ],
    [
      'more approvals than people',
      deploy('required: 3, from: [anna, ben]'),
      ['7:32 approvals.deploy.required: must not be more than the number of people in `from`, 2'],
    ],
    [
      'no approval at all',
      deploy('required: 0, from: [anna]'),
      ['7:32 approvals.deploy.required: must be from 1 to 100'],
    ],
    [
      'a person who is named twice, by the machine too',
      deploy('from: [anna, ben, anna, ben@laptop]'),
      [
        '7:40 approvals.deploy.from[2]: is there already',
        '7:46 approvals.deploy.from[3]: is covered by `ben`, who may from every machine',
      ],
    ],
    [
      'a wait as long as the deadline of the run',
      [...deploy('from: [anna], expires: 2h'), 'limits: {deadline: 2h}'],
      [
        '7:45 approvals.deploy.expires: must be shorter than `limits.deadline`, which counts the wait too',
      ],
    ],
    [
      'the wait by default under a short deadline',
      [...deploy('from: [anna]'), 'limits: {deadline: 1h}'],
      [
        '7:13 approvals.deploy.expires: must be shorter than `limits.deadline`, which counts the wait too',
      ],
    ],
  ];

  it.each(cases)('is refused for %s', (_title, lines, problems) => {
    expect(problemsOf(withLines(...lines))).toEqual(problems);
  });
});
