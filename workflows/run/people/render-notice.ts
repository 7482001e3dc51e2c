import type { Notice } from '../../model/notice';

/** A notice in words, in plain text: what is in it is data, and each channel escapes it in its own way. */
export interface NoticeText {
  /** One line. */
  readonly title: string;
  /** Some lines, the link last. */
  readonly text: string;
}

const LONGEST_TITLE = 150;
const LONGEST_LINE = 800;

/**
 * Says what is so, since when, why, what state things are in, and what to do next.
 * Shape:  notice, address of its page where that is known → title and text
 */
export function renderNotice(notice: Notice, link?: string): NoticeText {
  const { stack, host, what, since, why, state, next } = notice;
  const lines: readonly (readonly [name: string, fact: string | undefined])[] = [
    ['Stack', `${stack} on host ${host}`],
    ['Since', timeInWords(since)],
    ['Why', why],
    ['State', state],
    ['Next', next],
  ];
  const facts = lines.flatMap(([name, fact]) =>
    fact === undefined || fact === '' ? [] : `${name}: ${oneLine(fact, LONGEST_LINE)}`,
  );
  return {
    title: oneLine(`${stack}: ${what}`, LONGEST_TITLE),
    text: [...facts, ...(link === undefined ? [] : [link])].join('\n'),
  };
}

const ISO_TIME = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** `2026-11-21 03:00 UTC`. */
function timeInWords(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** Without line breaks, and without what a terminal or a mail program would obey rather than show. */
function oneLine(text: string, most: number): string {
  const line = text
    .replace(ISO_TIME, timeInWords)
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD')
    .trim();
  if (line.length <= most) return line;
  // Not in the middle of a character that takes two units.
  return `${line.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
