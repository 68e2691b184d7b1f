/** One service of the lab under any number of names. */
import type { Vector } from '../../../src/counting/vector.ts';
import type { Matrix, PromqlClient } from '../../../src/prometheus/promql.ts';

export const labsName = 'api';
export const nameOf = (i: number): string => `service-${String(i).padStart(4, '0')}`;
const name = /\bservice-\d{4}\b/g;

/** The same with another name wherever one is a word, as at the beginning of a revision's. */
export const called = <T>(value: T, from: string, to: string): T =>
  value === undefined || from === to
    ? value
    : (JSON.parse(JSON.stringify(value).replace(new RegExp(`\\b${from}\\b`, 'g'), to)) as T);

/** The lab's service answers once for each that a question names; what was asked at one moment is evaluated once. */
export function underManyNames(lab: PromqlClient): PromqlClient {
  const answers = new Map<string, Promise<readonly unknown[]>>();
  let ofMs = 0;
  /** Of NaN and the infinite JSON makes nothing; an idle service shows neither. */
  const answered = async <T extends readonly unknown[]>(
    query: string,
    times: readonly number[],
    ask: (own: string) => Promise<T>,
  ): Promise<T> => {
    if (times.at(-1) !== ofMs) answers.clear();
    ofMs = times.at(-1)!;
    const own = query.replace(name, labsName).replace(/([^"|]+)(\|\1)+(?=["|])/g, '$1');
    const key = JSON.stringify([own, times]);
    const answer = answers.get(key) ?? ask(own);
    answers.set(key, answer);
    const rows = await answer;
    const names = [...new Set(query.match(name))];
    return names.flatMap((one) => called(rows, labsName, one)) as readonly unknown[] as T;
  };
  return {
    instant: (source, query, atMs) => answered<Vector>(query, [atMs], (own) => lab.instant(source, own, atMs)),
    range: (source, query, startMs, endMs, stepMs) =>
      answered<Matrix>(query, [startMs, stepMs, endMs], (own) => lab.range(source, own, startMs, endMs, stepMs)),
  };
}
