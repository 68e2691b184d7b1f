/** What others wrote, fit for a message: one line, not endless, nothing that a terminal would obey. Pure. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 300)
    .toWellFormed();
