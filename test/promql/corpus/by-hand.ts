/**
 * What a person would do to a query on a dashboard to see one revision: put a matcher into every selector and one window
 * into every range. Text for text, with nothing of the language but where strings and comments end.
 */

const quoted = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*)/s;

/** `names` are all the metrics there are; `revision` is in quotes already. */
export function filteredByHand(query: string, names: readonly string[], revision: string, window: string): string {
  // Aggregations are written in lower case and followed by a parenthesis or a grouping; a metric of that name is not.
  const selector = new RegExp(`(?<![\\w:"])(${names.join('|')})(?![\\w:])(?=\\s*[{[])(\\s*\\{)?`, 'g');
  return query
    .split(quoted)
    .map((piece, index) => {
      if (index % 2 === 1) return piece;
      const windowed = piece.replace(
        /\[[^a-z$[{]*(?:\d+[a-z]+[\da-z]*|\$\w+|\$\{[\w:]+\}|\[\[\w+\]\]|\{\{[^}]*\}\})\s*\]/g,
        `[${window}]`,
      );
      return windowed.replace(selector, (_, name: string, brace?: string) =>
        brace === undefined ? `${name}{revision_name=${revision}}` : `${name}{revision_name=${revision},`,
      );
    })
    .join('');
}
