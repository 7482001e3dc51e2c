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

/** The page that every request is answered with, as one word of letters, digits and `%`. */
export function maintenancePage(text: string): string {
  const head = '<head><meta charset="utf-8"><title>Maintenance</title></head>';
  const page = `<!doctype html><html>${head}<body><p>${asHtml(text)}</p></body></html>`;
  return percentEncoded(page, /[A-Za-z0-9]/);
}

/** HAProxy prints control characters as `%0A`, and takes NUL for the end of a text: none is left. */
function asHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/\r?\n/g, '<br>')
    .replace(/\p{Cc}/gu, ' ');
}
