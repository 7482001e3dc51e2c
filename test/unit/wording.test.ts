import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceTexts } from '../support/source-texts';

const ROOT = join(__dirname, '../..');

const filesIn = (folder: string, end: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => `${folder}/${name}`);

const said = ['activities', 'client', 'stack-file', 'worker', 'workflows']
  .flatMap((folder) => filesIn(folder, '.ts'))
  .flatMap((file) => sourceTexts(ROOT, file));

const pages = [
  'README.md',
  'examples/melvin/README.md',
  'examples/open-chat/README.md',
  ...filesIn('docs', '.md'),
].filter(
  // Of what was decided once, in the words of then.
  (page) => page !== 'docs/decisions.md',
);
const written = pages.flatMap((page) =>
  readFileSync(join(ROOT, page), 'utf8')
    .split('\n')
    .map((text, index) => ({ place: `${page}:${index + 1}`, text })),
);

/** What readers stumbled over, and what is said instead. */
const STILTED: readonly (readonly [words: RegExp, better: string])[] = [
  [/^To know:/, 'Note:'],
  [/\basked for by\b/, 'requested by'],
  [/\bgate (before|after) the release \d/, 'pre-release check, post-release check'],
  [/\blook at what runs\b/, 'compare what runs with what would run'],
  [/\bmakes? sure of the images?\b/, 'pull image X, image X is here'],
  [/\bask for the schema/, 'read the schema revision'],
  [/\bwait for what is in flight in\b/, 'drain blue'],
  [/\banswers of the new one were\b/, 'new: 0 of 25 failed; old: 0 of 65 failed'],
  [/\bthat Temporal remembers\b/, 'none known yet'],
  [/\bis told to stop and to undo\b/, 'cancelling; it will undo what it has done'],
  [/\banew\b/, 'is recreated, again'],
  [/\b(variables|settings|stack file|files?|code|image) of now\b/, 'the current stack file'],
  [/\bfailed for good\b/, 'failed permanently'],
  [/\bwhosever\b/, 'whoever it belongs to'],
  [/\bany more\b/, 'no longer'],
  [/\bof which a step\b/, 'whose step'],
  [/\bplan of then\b/, 'a fresh plan'],
  [/\bnevertheless\b/, 'anyway'],
];

it.each(STILTED)('nothing says %s, but: %s', (words) => {
  const found = [...said, ...written].filter(({ text }) => words.test(text));
  expect(found.map(({ place, text }) => `${place}: ${text.trim()}`)).toEqual([]);
});
