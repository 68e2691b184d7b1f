/**
 * A status as the cluster gives it back: through JSON, and through the schema, every time it is written. A section that says
 * what it said the last time has made that journey already.
 */
import { record } from '../../src/facts/json.ts';
import type { Vocabulary } from '../../src/status/read.ts';

type Schema = Vocabulary['sections'][string];

export class Journey {
  readonly #last = new Map<string, { readonly text: string; readonly value: unknown }>();

  /** What is stored; a section that has not changed is the same object. */
  through(status: unknown): Record<string, unknown> {
    const stored: Record<string, unknown> = {};
    for (const [section, value] of Object.entries(record(status))) {
      const text = JSON.stringify(value);
      if (text === undefined) continue;
      const last = this.#last.get(section);
      stored[section] = last?.text === text ? last.value : JSON.parse(text);
      this.#last.set(section, { text, value: stored[section] });
    }
    return stored;
  }
}

/** The same sections, each of which remembers what it has read. */
export const remembering = (sections: Vocabulary['sections']): Vocabulary['sections'] =>
  Object.fromEntries(Object.entries(sections).map(([name, schema]) => [name, { safeParse: once(schema) }]));

function once(schema: Schema): Schema['safeParse'] {
  const known = new WeakMap<object, ReturnType<Schema['safeParse']>>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return schema.safeParse(value);
    const read = known.get(value) ?? schema.safeParse(value);
    known.set(value, read);
    return read;
  };
}
