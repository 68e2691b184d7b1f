/** Numbers, durations and strings as PromQL 2.x writes them. Each answers undefined for what it does not know. */

const unitMs = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const duration = /^(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/;

/** `1h30m` in milliseconds; units from large to small, each once. */
export function parseDurationMs(text: string): number | undefined {
  if (text === '' || !duration.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[ywdhms])/g)) {
    totalMs += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  return totalMs;
}

const decimal = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** A number with a leading zero is octal to some versions and decimal to others. */
const ambiguous = /^0\d/;

/** An unsigned number; durations and digit groups are numbers in later versions only. */
export function parseNumber(text: string): number | undefined {
  if (/^inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^0x[\da-f]+$/i.test(text)) return Number(text);
  return decimal.test(text) && !ambiguous.test(text) ? Number(text) : undefined;
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const escapePattern =
  /\\(?:([abfnrtv\\])|(["'])|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-3][0-7]{2})|.|$)/gs;

/** The text of a quoted string, its escapes as Go reads them. Bytes above 7F by escape are not text: undefined. */
export function parseString(quoted: string): string | undefined {
  const quote = quoted[0];
  if (quoted.length < 2 || quoted.at(-1) !== quote) return undefined;
  const body = quoted.slice(1, -1);
  if (quote === '`') return body;
  let valid = true;
  const text = body.replace(escapePattern, (_, plain, inner, hex, short, long, octal) => {
    if (plain !== undefined) return escapes[plain] ?? '';
    if (inner === quote) return inner;
    const byte =
      hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : undefined;
    if (byte !== undefined && byte < 0x80) return String.fromCharCode(byte);
    const point = Number.parseInt(short ?? long ?? '', 16);
    // Half a surrogate pair is no character.
    if (point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)) return String.fromCodePoint(point);
    valid = false;
    return '';
  });
  return valid ? text : undefined;
}
