import { createColors } from 'picocolors';
import { renderRun } from '../../../client/render/run-frame';
import { expectGolden } from './golden';
import { NOW, step, view } from './views';

const WIDE = { width: 100 };

describe('the frame of a run', () => {
  it('shows phase, steps, bytes, rate, time left, and why a step is tried again', () => {
    expectGolden('frame-running', renderRun(view(), WIDE, NOW).join('\n'));
  });

  it('says what a queued run waits behind', () => {
    const queued = view({ status: 'queued', steps: [], behind: ['melvin/40', 'melvin/41'] });
    expect(renderRun(queued, WIDE, NOW)[0]).toContain('waits behind melvin/40, melvin/41');
  });

  it('says that it waits for a worker and keeps what was last known', () => {
    const lines = renderRun(view({ waitingFor: 'a worker' }), WIDE, NOW);
    expect(lines.at(-1)).toBe('waiting for a worker');
    expect(lines).toHaveLength(renderRun(view(), WIDE, NOW).length + 1);
  });

  it('never exceeds the width of the terminal', () => {
    for (const width of [20, 41, 80]) {
      for (const line of renderRun(view({ waitingFor: 'x'.repeat(200) }), { width }, NOW)) {
        expect(Array.from(line).length).toBeLessThanOrEqual(width);
      }
    }
  });

  it('leaves out speed and time left before it cuts how long a step has taken', () => {
    const [, , running = ''] = renderRun(view(), { width: 60 }, NOW);
    expect(running).toContain('412 MB of 1.2 GB');
    expect(running).not.toContain('MB/s');
    expect(running).toMatch(/\(1 min 10 s\)$/);
  });

  it('guesses no time left from the first bytes', () => {
    const first = step({ state: 'running', bytes: 1e6, expectedBytes: 1e9, bytesPerSecond: 1e5 });
    const text = renderRun(view({ steps: [first] }), WIDE, NOW).join('');
    expect(text).toContain('100 kB/s');
    expect(text).not.toContain('left');
  });

  it('breaks what is waited for between words', () => {
    const waitingFor = 'a worker. Start it with `pawl worker` on that machine.';
    const lines = renderRun(view({ waitingFor }), { width: 40 }, NOW).slice(-2);
    expect(lines.join(' ')).toBe(`waiting for ${waitingFor}`);
  });

  it('folds what is finished and what is to come into a low terminal, and keeps what runs', () => {
    const steps = [
      ...Array.from({ length: 30 }, (_, n) => step({ id: `d${n}`, title: 'done', state: 'done' })),
      step({ id: 'r', title: 'the running one', state: 'running' }),
      ...Array.from({ length: 30 }, (_, n) => step({ id: `w${n}`, title: 'waits' })),
    ];
    const lines = renderRun(view({ steps }), { width: 80, height: 6 }, NOW);
    expect(lines.length).toBeLessThanOrEqual(6);
    expectGolden('frame-folded', lines.join('\n'));
  });

  it.each([
    [80, 24],
    [60, 24],
  ])(
    'fills a terminal of %i columns and %i rows with what is next to what runs',
    (width, height) => {
      const steps = [
        ...Array.from({ length: 30 }, (_, n) =>
          step({ id: `d${n}`, title: `d${n}`, state: 'done' }),
        ),
        step({ id: 'r', title: 'the running one', state: 'running' }),
        ...Array.from({ length: 30 }, (_, n) => step({ id: `w${n}`, title: `w${n}` })),
      ];
      const lines = renderRun(view({ steps }), { width, height }, NOW);
      expect(lines).toHaveLength(height);
      const at = lines.findIndex((line) => line.includes('the running one'));
      expect(lines[at - 1]).toContain('d29');
      expect(lines[at + 1]).toContain('w0');
      expect(lines[1]).toMatch(/\d+ steps before$/);
      expect(lines.at(-1)).toMatch(/\d+ steps to come$/);
    },
  );

  it('breaks what a step came to between words, and cuts no name', () => {
    const detail = 'api-green at 5 %: new: 0 of 25 failed; old: 0 of 65 failed';
    const steps = [step({ title: 'judge api-green at 5 %', state: 'done', detail })];
    const lines = renderRun(view({ steps }), { width: 60 }, NOW).slice(1);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(`✓ judge api-green at 5 %: ${detail}`);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('says how many steps of a very long run it was not told of', () => {
    const lines = renderRun(view({ omittedSteps: 1960 }), WIDE, NOW);
    expect(lines.at(-1)).toBe('    and 1,960 steps more');
    expect(lines).toHaveLength(renderRun(view(), WIDE, NOW).length + 1);
  });

  it('lets no escape sequence of a hostile name through', () => {
    const steps = [step({ title: 'back up \u001b[2J\u0007evil', state: 'running' })];
    // eslint-disable-next-line no-control-regex -- that is what it is about
    expect(renderRun(view({ steps }), WIDE, NOW).join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  it('paints states only when it is given colours', () => {
    const painted = renderRun(view(), { ...WIDE, colours: createColors(true) }, NOW).join('\n');
    expect(painted).toContain('\u001b[32m');
    expect(renderRun(view(), WIDE, NOW).join('\n')).not.toContain('\u001b');
  });
});
