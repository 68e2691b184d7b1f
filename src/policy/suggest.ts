/** "Did you mean": the nearest of a few words. */

/** The candidate that a typing mistake could have made `word` of; undefined when none is near. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** The field that was meant: the shortest that begins so, or what a mistake has made of it. */
export function fieldMeant(word: string, fields: readonly string[]): string | undefined {
  const begun = fields.filter((field) => word.length >= 4 && field.toLowerCase().startsWith(word.toLowerCase()));
  return begun.toSorted((a, b) => a.length - b.length)[0] ?? closest(word, fields);
}

export const didYouMean = (word: string): string => `did you mean ${word}?`;

/** Insertions, deletions, replacements and swaps of neighbours that make one word of the other. */
export function editDistance(a: string, b: string): number {
  // Far beyond any field name the answer no longer matters, and its cost is the product of both lengths.
  if (Math.abs(a.length - b.length) > 20 || a.length > 100) return Math.max(a.length, b.length);
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity;
      row.push(Math.min(replaced, swapped, rows[i - 1]![j]! + 1, row[j - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
