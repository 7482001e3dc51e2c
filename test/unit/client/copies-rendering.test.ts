import { describeCopy, renderCopied, renderTrouble } from '../../../client/render/copies';
import { placesOf, renderPoints } from '../../../client/render/points';
import type { CopyStatus } from '../../../client/status/copy-status';
import type { CopyTrouble, SeenCopy } from '../../../workflows/model/copy';
import { describePoint } from '../../support/descriptions';

const NOW = Date.parse('2026-01-03T00:00:00Z');
const TROUBLE: CopyTrouble = {
  ...{ reason: 'the line is cut', advice: 'Wait.', tries: 3 },
  ...{ since: '2026-01-02T00:00:00.000Z', last: '2026-01-02T23:00:00.000Z' },
};
const COPIES: readonly SeenCopy[] = [
  { name: 'offsite', held: ['key'], lacking: [] },
  { name: 'nas', held: [], lacking: [{ id: 'aaaa1111', takenAt: '2026-01-01T00:00:00.000Z' }] },
  { name: 'usb', away: 'no disk\u001b[2J', held: [], lacking: [] },
];

const lacking = (change: Partial<CopyStatus> = {}): CopyStatus => ({
  name: 'nas',
  lacking: [
    { id: 'bbbb2222', takenAt: '2026-01-02T00:00:00.000Z' },
    { id: 'aaaa1111', takenAt: '2026-01-01T00:00:00.000Z' },
  ],
  ...change,
});

describe('points and their copies', () => {
  const points = [{ ...describePoint(), missing: 0, missingParts: [] }];

  it('says of each point which copies hold it, and of a copy that was not read why', () => {
    const [head, row, unread] = renderPoints({ points, unreadable: [] }, Infinity, COPIES).split(
      '\n',
    );
    expect(head).toContain('copies');
    expect(row).toContain('offsite yes, nas no, usb away');
    expect(unread).toMatch(/^Copy usb was not read: no disk/);
    expect(unread).not.toContain('\u001b');
  });

  it('says nothing of copies where there are none', () => {
    expect(renderPoints({ points, unreadable: [] })).not.toContain('copies');
    expect(placesOf(describePoint())).toEqual({});
  });
});

describe('the state of a copy', () => {
  it.each<[string, CopyStatus, string, boolean]>([
    ['all there', lacking({ lacking: [] }), 'nas holds every whole point', false],
    [
      'at work',
      lacking({ work: {} }),
      'nas lacks 2 points, the oldest of 2 d ago: being copied',
      false,
    ],
    [
      'failing',
      lacking({ work: { trouble: TROUBLE } }),
      'nas lacks 2 points, the oldest of 2 d ago: the line is cut, 3 tries since',
      true,
    ],
    ['left alone', lacking(), '`pawl copy nas` copies them', true],
    ['away', lacking({ away: 'no answer within 5 s' }), 'nas cannot be read: no answer', true],
  ])('is told when it is %s', (_title, copy, text, lags) => {
    const told = describeCopy(copy, NOW);
    expect(told.text).toContain(text);
    expect(told.lags).toBe(lags);
  });

  it('is told at the end of a copying, with what could not be copied', () => {
    const skipped = [{ id: 'cccc3333', reason: 'a pack is damaged' }];
    expect(renderCopied({ copy: 'nas', copied: ['a', 'b'], skipped })).toBe(
      'nas: 2 points copied\n  not copied: cccc3333: a pack is damaged',
    );
    expect(renderCopied({ copy: 'nas', copied: [], skipped: [] })).toBe('nas: nothing was lacking');
    expect(renderTrouble('nas', TROUBLE)).toContain('It is tried again by itself');
  });
});
