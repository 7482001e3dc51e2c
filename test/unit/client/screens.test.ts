import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createColors } from 'picocolors';
import { renderPlan } from '../../../client/render/plan';
import { renderRun } from '../../../client/render/run-frame';
import { renderStatus } from '../../../client/render/status';
import { foldLines } from '../../../client/terminal/output';
import { restoreTarget } from '../../../workflows/model/restore-target';
import { describePart } from '../../support/descriptions';
import { NOW, START, step, view } from './views';

/*
 * The pictures of docs/images, drawn from what a terminal of 80 or 60 columns and 24 rows is given. Made again by
 * `PAWL_WRITE_GOLDEN=1 npx jest test/unit/client/screens`.
 */

const FOLDER = join(__dirname, '../../../docs/images');
const SIZES = [
  [80, 24],
  [60, 24],
] as const;
const PLAIN = createColors(false);
const POINT = {
  ...{ id: 'a1b2c3d4', stack: 'melvin', run: 'melvin/41', runKey: 'k', takenAt: START },
  ...{ parts: 2, bytes: 1_286_200_000, entries: ['accounts', 'uploads'], partial: false },
};

const done = (title: string, seconds: number, detail?: string) =>
  step({
    ...{ id: title, title, state: 'done' as const, startedAt: START },
    endedAt: new Date(Date.parse(START) + seconds * 1000).toISOString(),
    ...(detail === undefined ? {} : { detail }),
  });

const DEPLOY = view({
  ...{ run: 'melvin/42', runbook: 'deploy' },
  steps: [
    done('compare what runs with what would run', 1.2),
    done('look at the repository', 0.8),
    done('look at accounts', 0.3),
    done('pull image registry/api:v2 for api', 6.4),
    done('pull image registry/worker:v2 for worker', 0.05),
    done('prepare release 4', 0.2),
    done('pre-release check 1 of 1: `npm run smoke` in api', 3.1),
    done('back up accounts', 14, '135,233 rows'),
    done('back up uploads', 5.2, '1,912 files'),
    done('store the manifest', 0.9, 'recovery point b2c3d4e5'),
    done('migrate the schema', 2.3),
    done('start api-green', 4.5, 'ready after 4.4 s'),
    done("send 5 % of api's requests to green", 0.4),
    step({
      ...{ id: 'judge', title: 'judge api-green at 5 %', state: 'running' },
      startedAt: '2026-11-21T03:00:50.000Z',
    }),
    ...["send 25 % of api's requests to green", 'judge api-green at 25 %'].map((title) =>
      step({ id: title, title }),
    ),
    ...["send 100 % of api's requests to green", 'drain blue', 'replace worker'].map((title) =>
      step({ id: title, title }),
    ),
    ...['post-release check 1 of 1: http://api/ready', 'record release 4'].map((title) =>
      step({ id: title, title }),
    ),
    ...['remove releases that are no longer kept', 'write the audit record'].map((title) =>
      step({ id: title, title }),
    ),
  ],
});

const restorePlan = (width: number, height: number) =>
  foldLines(
    renderPlan(
      {
        ...{ runbook: 'restore', stack: 'melvin', hash: '4a3bd8dd540d9c0b7a' },
        ...{ point: POINT, keepReplacedSeconds: 604_800 },
        parts: [
          {
            ...{ part: describePart(), target: restoreTarget('melvin', 0), bytes: 1.2e9 },
            ...{ rows: 135_233, keepAs: 'melvin_before_0', otherSessions: 3 },
          },
        ],
        steps: [
          { id: 'restore', title: 'restore accounts beside melvin' },
          { id: 'prove', title: 'prove accounts equal to its manifest' },
          { id: 'swap', title: 'swap accounts, keep the old as melvin_before_0' },
          { id: 'record', title: 'write the audit record' },
        ],
        notes: ['3 session(s) on melvin will be disconnected at the swap.'],
      },
      { width, height },
    ),
    width,
  );

const status = (width: number) =>
  renderStatus(
    {
      ...{ stack: 'melvin', host: 'local', worker: true, frozen: [], warm: [], open: [] },
      ...{ stuck: [], untold: [], versions: [] },
      queue: {
        ...{ stack: 'melvin', ended: [] },
        running: [
          {
            ...{ number: 42, runbook: 'deploy', requestedBy: 'anna', requestId: 'x' },
            since: START,
          },
        ],
        waiting: [
          {
            ...{ number: 43, runbook: 'backup', requestedBy: 'cron', requestId: 'y' },
            since: START,
          },
        ],
      },
      waits: [
        {
          ...{ run: 'melvin/42', waits: 'approval', by: ['ben', 'carl'] },
          text: 'approval by ben, carl: 0 of 1 given',
          command: 'pawl approve melvin/42',
        },
      ],
      ...{ maintenance: [], points: { from: 'repository', whole: POINT }, lastRun: undefined },
      link: 'http://localhost:8233/namespaces/default/workflows/stack%2Fmelvin',
    },
    PLAIN,
    NOW,
    width,
  );

const SCREENS = {
  deploy: (width: number, height: number) => renderRun(DEPLOY, { width, height }, NOW).join('\n'),
  restore: (width: number, height: number) => restorePlan(width, height - 2),
  status: (width: number) => status(width),
};

const CASES = Object.entries(SCREENS).flatMap(([name, draw]) =>
  SIZES.map(([width, height]) => [`${name}-${width}x${height}`, draw, width, height] as const),
);

it.each(CASES)('the picture %s is what that terminal shows', (name, draw, width, height) => {
  const text = draw(width, height).split('\n');
  // A link stays whole, to be clicked: the terminal itself breaks it.
  const words = text.filter((line) => !line.includes('http'));
  expect(Math.max(...words.map((line) => Array.from(line).length))).toBeLessThanOrEqual(width);
  const lines = text.flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'gu')) ?? ['']);
  expect(lines.length).toBeLessThanOrEqual(height);
  const file = join(FOLDER, `screen-${name}.svg`);
  const picture = asPicture(lines, width, height);
  if (process.env['PAWL_WRITE_GOLDEN']) writeFileSync(file, picture);
  const drawn = existsSync(file) ? readFileSync(file, 'utf8') : '';
  expect(withoutTimes(picture)).toBe(withoutTimes(drawn));
});

function withoutTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<time>');
}

/** A terminal's grid of characters. */
function asPicture(lines: readonly string[], width: number, height: number): string {
  const [column, row, margin] = [8.4, 18, 12];
  const size = [width * column + 2 * margin, height * row + 2 * margin].map(Math.ceil);
  const texts = lines.map(
    (line, index) =>
      `<text x="${margin}" y="${margin + (index + 0.75) * row}" fill="${colourOf(line)}">${escaped(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.join('" height="')}" font-family="DejaVu Sans Mono, Menlo, monospace" font-size="14" xml:space="preserve">`,
    `<rect width="100%" height="100%" rx="6" fill="#1e1e1e"/>`,
    ...texts,
    '</svg>\n',
  ].join('\n');
}

function colourOf(line: string): string {
  if (line.trimStart().startsWith('✓')) return '#8ec07c';
  if (line.trimStart().startsWith('·')) return '#928374';
  return line.includes('waits for') ? '#fabd2f' : '#ebdbb2';
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
