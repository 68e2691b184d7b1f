/** Markdown, of which nothing that a policy holds can break out. */

/** What belongs to a heading is a block of its own. */
export const blocks = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

export const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

export const numbered = (lines: readonly string[]): string =>
  lines.map((line, index) => `${index + 1}. ${line}`).join('\n');

export const shell = (...lines: readonly string[]): string => fenced('sh', lines.join('\n'));

/** A variable of the shell that stops its command while it is empty: nothing half filled in is run. */
export const needed = (variable: string): string => `\${${variable}:?}`;

export const filledIn = (variable: string): string => `"${needed(variable)}"`;

/** The fence is longer than any run of its own sign within. */
export function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** The anchor that Markdown viewers give to a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

export const linkTo = (text: string, heading: string): string => `[${text}](#${anchorOf(heading)})`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
