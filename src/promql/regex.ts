/**
 * Regular expressions of label matchers: RE2's, fully anchored, said in JavaScript's. Every piece is either known to mean
 * the same in both and passed on (some in other words), or refused: a look-alike would select the wrong series in silence.
 */

const whiteSpace = '\\t\\n\\f\\r ';
/** What may stand outside of a class, the first that fits, and how JavaScript says it. */
const escapedPieces: readonly (readonly [RegExp, (match: string) => string])[] = [
  [/\(\?:/y, same],
  [/\(\?/y, refuse],
  [/[()|^$]|[*+?]\??/y, same],
  [/\{\d+(?:,\d*)?\}\??/y, (bounds) => (withinBounds(bounds) ? bounds : refuse(bounds))],
  [/\./y, () => '[^\\n]'],
  [/\\[dDwWbB]/y, same],
  [/\\s/y, () => `[${whiteSpace}]`],
  [/\\S/y, () => `[^${whiteSpace}]`],
  [/\\[fnrtv]/y, same],
  [/\\[!-/:-@[-`{-~]/y, (escaped) => literal(escaped.slice(1))],
  [/\\|[{}[]/y, refuse],
  [/./suy, literal],
];
const classPieces: readonly (readonly [RegExp, (match: string) => string])[] = [
  [/\[:|&&/y, refuse],
  [/\\[dDwW]/y, same],
  [/\\s/y, () => whiteSpace],
  [/\\[fnrtv]/y, same],
  [/\\[!-/:-@[-`{-~]/y, (escaped) => literal(escaped.slice(1))],
  [/\\/y, refuse],
  [/-/y, same],
  [/./suy, literal],
];

class Refused extends Error {}

/** Throws SyntaxError for what is not a regular expression, and for what the two engines may read differently. */
export function anchoredRegex(source: string): RegExp {
  try {
    return new RegExp(`^(?:${translate(source)})$`, 'u');
  } catch (error) {
    if (error instanceof Refused) throw new SyntaxError(`unsupported in a regular expression: ${error.message}`);
    throw error;
  }
}

function translate(source: string): string {
  let out = '';
  for (let at = 0; at < source.length; ) {
    const piece = source[at] === '[' ? classAt(source, at) : pieceAt(source, at, escapedPieces);
    out += piece.translated;
    at += piece.length;
  }
  return out;
}

interface Piece {
  readonly length: number;
  readonly translated: string;
}

function pieceAt(source: string, at: number, pieces: typeof escapedPieces): Piece {
  for (const [pattern, translated] of pieces) {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) return { length: found.length, translated: translated(found) };
  }
  return refuse(source.slice(at));
}

/** A class begins with `[` or `[^`, and a `]` right behind that is a member: JavaScript would close the class. */
function classAt(source: string, start: number): Piece {
  const open = source[start + 1] === '^' ? '[^' : '[';
  let translated = open;
  let at = start + open.length;
  for (let first = true; first || source[at] !== ']'; first = false) {
    if (at >= source.length) return refuse(source.slice(start));
    const piece = pieceAt(source, at, classPieces);
    translated += piece.translated;
    at += piece.length;
  }
  return { length: at + 1 - start, translated: `${translated}]` };
}

/** RE2 repeats at most a thousand times. */
function withinBounds(bounds: string): boolean {
  return (bounds.match(/\d+/g) ?? []).every((bound) => Number(bound) <= 1000);
}

function same(piece: string): string {
  return piece;
}

/** Punctuation as a number, which means the same inside a class and outside. */
function literal(character: string): string {
  return /[!-/:-@[-`{-~]/.test(character) ? `\\x${character.charCodeAt(0).toString(16)}` : character;
}

function refuse(piece: string): never {
  throw new Refused(piece);
}
