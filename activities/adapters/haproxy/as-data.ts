/*
 * Text of others in HAProxy's file and on its sockets: data whatever it holds, never a directive.
 */

/** Every octet of its UTF-8 as `%XX`, those that match `plain` excepted. */
function percentEncoded(text: string, plain: RegExp): string {
  return Array.from(Buffer.from(text, 'utf8'), (octet) => {
    const character = String.fromCharCode(octet);
    return plain.test(character)
      ? character
      : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** A path as it goes over the wire; what is percent-encoded in it already stays as it is. No single quote is left in it. */
export function requestTarget(path: string): string {
  const escaped = path.replace(/%(?![0-9A-Fa-f]{2})/g, '%25');
  return percentEncoded(escaped, /[A-Za-z0-9/._~!$&()*+,;=:@?%-]/);
}

/** Stands for a page when there is none. No page is this: the first character of one is encoded. */
export const NO_PAGE = 'off';

/** The forms of a page, in the order in which they stand in it. */
export const PAGE_FORMS = ['html', 'json', 'text'] as const;
export const BETWEEN_FORMS = '.';

const STYLE =
  'body{font:1.1em/1.5 sans-serif;max-width:36em;margin:15vh auto;padding:0 1em;overflow-wrap:anywhere}';
const HEAD = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Maintenance</title><style>${STYLE}</style>`;

/** What every request is answered with, in each form, as one word of letters, digits, `%` and dots between the forms. */
export function maintenancePage(text: string): string {
  const lines = withoutControls(text);
  const forms: Record<(typeof PAGE_FORMS)[number], string> = {
    html: `<!doctype html><html><head>${HEAD}</head><body><h1>Maintenance</h1><p>${asHtml(lines)}</p></body></html>`,
    json: JSON.stringify({ status: 503, error: 'maintenance', message: lines }),
    text: `Maintenance: ${lines.replaceAll('\n', ' ')}`,
  };
  return PAGE_FORMS.map((form) => percentEncoded(forms[form], /[A-Za-z0-9]/)).join(BETWEEN_FORMS);
}

/** HAProxy prints control characters as `%0A`, and takes NUL for the end of a text: none is left but the ends of lines. */
function withoutControls(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(/(?!\n)\p{Cc}/gu, ' ');
}

function asHtml(lines: string): string {
  return lines
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('\n', '<br>');
}
