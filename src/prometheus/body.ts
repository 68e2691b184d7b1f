/** From the bytes of an answer to JSON, or to words for what it is instead. Pure. */
import type { Answer } from './exchange.ts';

export type Json = Readonly<Record<string, unknown>>;

export type Body =
  | { readonly json: Json }
  /** Follows "answered with". Cut off: asked again it may well come whole. */
  | { readonly json: null; readonly instead: string; readonly isCutOff: boolean };

/** In memory an empty list takes twenty times its two bytes. A long history of a fine histogram has half as many. */
const maxParts = 250_000;

export function bodyOf({ headers, body }: Pick<Answer, 'headers' | 'body'>): Body {
  const coding = headers['content-encoding'] ?? 'identity';
  // None was accepted: to unpack it could take any amount of memory.
  if (coding !== 'identity') return instead('a compressed answer, which was not asked for');
  if (hasTooManyParts(body)) return instead(`more than ${maxParts} lists and objects, which are not read`);
  const text = decoded(body);
  if (text === null) return instead('bytes that are no text');
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { json: json as Json };
    return instead('JSON that is no answer');
  } catch {
    return notJson(text);
  }
}

const instead = (what: string): Body => ({ json: null, instead: what, isCutOff: false });

function notJson(text: string): Body {
  if (text.trim() === '') return { json: null, instead: 'nothing at all', isCutOff: true };
  if (/^\s*[{[]/.test(text)) return { json: null, instead: 'broken JSON, as if it were cut off', isCutOff: true };
  return instead(`${/^\s*<(!doctype|html)/i.test(text) ? 'a web page' : 'text'} instead of JSON`);
}

/** Brackets within texts count too; there are few. */
function hasTooManyParts(body: Buffer): boolean {
  let parts = 0;
  for (const byte of body) if (byte === 0x7b || byte === 0x5b) parts++;
  return parts > maxParts;
}

function decoded(body: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}
