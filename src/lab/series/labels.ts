/**
 * Label sets as the evaluator handles them: sorted once, compared by one string, and projected (by, without, on,
 * ignoring) once for each set, so that a query costs map look-ups and no string work.
 */
import { metricName } from '../../promql/ast.ts';

/** A label that is empty is a label that is absent. */
export type Labels = Readonly<Record<string, string>>;

export class LabelSet {
  /** Sorted by name, without empty values and without a prototype. */
  readonly labels: Labels;
  /** Equal for equal sets, and only for them. */
  readonly key: string;

  private constructor(entries: readonly (readonly [string, string])[]) {
    const labels: Record<string, string> = Object.create(null);
    for (const [name, value] of entries) labels[name] = value;
    this.labels = labels;
    this.key = JSON.stringify(entries);
  }

  static readonly empty = new LabelSet([]);

  static of(labels: Labels): LabelSet {
    const entries = Object.entries(labels).filter(([, value]) => value !== '');
    return new LabelSet(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  get(name: string): string {
    return this.labels[name] ?? '';
  }

  keep(wanted: (name: string) => boolean): LabelSet {
    return new LabelSet(Object.entries(this.labels).filter(([name]) => wanted(name)));
  }
}

/** What `by` and `on` keep, or `without` and `ignoring` take away. The metric's name goes unless `by` names it. */
export class Projection {
  readonly keepsName: boolean;
  readonly #names: ReadonlySet<string>;
  readonly #keepNamed: boolean;
  readonly #seen = new WeakMap<LabelSet, LabelSet>();

  private constructor(names: readonly string[], keepNamed: boolean) {
    this.#names = new Set(names);
    this.#keepNamed = keepNamed;
    this.keepsName = keepNamed && this.#names.has(metricName);
  }

  static to(names: readonly string[]): Projection {
    return new Projection(names, true);
  }

  static without(names: readonly string[]): Projection {
    return new Projection(names, false);
  }

  of(set: LabelSet): LabelSet {
    if (!this.#keepNamed && this.#names.size === 0) return set;
    const seen = this.#seen.get(set);
    if (seen !== undefined) return seen;
    const projected = set.keep((name) => this.#names.has(name) === this.#keepNamed);
    this.#seen.set(set, projected);
    return projected;
  }

  /** Equal for members of one group. */
  keyOf(member: { readonly name: string | null; readonly labels: LabelSet }): string {
    const key = this.of(member.labels).key;
    return this.keepsName ? `${member.name ?? ''}${key}` : key;
  }
}

/** A series as people write it: `name{label="value"}`. */
export function metricText(name: string | null, set: LabelSet): string {
  const labels = Object.entries(set.labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name ?? ''}{${labels.join(', ')}}`;
}
