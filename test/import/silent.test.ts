/** Nothing is dropped in silence: whatever is changed in a file, either the policies change, or what is said, or it was said before. */
import { describe, expect, it } from 'vitest';
import { type Document, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import { type Path, pathText } from '../../src/policy/problems.ts';
import { type Example, examples, importOf } from './sources.ts';

/** Names by which objects are told apart, and what Kubernetes says of them: nobody means anything by it. */
const meansNothing =
  /(^|\.)(status|metadata\.(uid|resourceVersion))(\.|$)|last-applied-configuration|^(metadata|spec\.(indicator|sli)\.metadata|.*\.indicator\.metadata)\.name$/;

function* placesIn(node: unknown, path: Path, of: 'mapping' | 'value'): Generator<Path> {
  if (isScalar(node) && of === 'value') yield path;
  if (isMap(node)) {
    if (of === 'mapping') yield path;
    for (const { key, value } of node.items)
      yield* placesIn(value, [...path, String((key as { value: unknown }).value)], of);
  }
  if (isSeq(node)) for (const [index, item] of node.items.entries()) yield* placesIn(item, [...path, index], of);
}

/** The example with one place of one of its documents made another. */
function* changed({ text }: Example, of: 'mapping' | 'value', change: (document: Document, path: Path) => void) {
  for (const [index, { contents }] of parseAllDocuments(text).entries()) {
    for (const path of placesIn(contents, [], of)) {
      const documents = parseAllDocuments(text);
      change(documents[index]!, path);
      yield { path, text: documents.map((document) => document.toString({ lineWidth: 0 })).join('---\n') };
    }
  }
}

const isSaid = (path: Path, told: readonly { readonly path: string }[]): boolean =>
  told.some((one) => one.path !== '' && pathText(path).startsWith(one.path));

/** What kubectl writes around objects, and objects that hold no SLO, are no part of any. */
const whole = examples.filter((one) => importOf(one).objectives > 0 && one.name !== 'pyrra/list.yaml');

describe('Nothing is dropped in silence', () => {
  it.each(whole)('$name: no field that nobody knows', (one) => {
    const silent = [...changed(one, 'mapping', (document, path) => document.setIn([...path, 'zzz'], 'zzz-value'))]
      .filter(({ path }) => !meansNothing.test(pathText([...path, 'zzz'])))
      .filter(({ path, text }) => {
        const result = importOf({ ...one, text });
        return !result.text.includes('zzz-value') && !isSaid([...path, 'zzz'], result.told) && !isOfAlerts(text, path);
      });
    expect(silent.map(({ path }) => pathText(path))).toEqual([]);
  });

  it.each(whole.filter((one) => importOf(one).isWhole))('$name: no value', (one) => {
    const before = importOf(one);
    const silent = [...changed(one, 'value', (document, path) => document.setIn(path, 'zzz-value'))]
      .filter(({ path }) => !meansNothing.test(pathText(path)))
      .filter(({ path, text }) => {
        const after = importOf({ ...one, text });
        const isSame = after.text === before.text && JSON.stringify(after.told) === JSON.stringify(before.told);
        return isSame && !isSaid(path, before.told) && !isOfAlerts(text, path);
      });
    expect(silent.map(({ path }) => pathText(path))).toEqual([]);
  });
});

/** What is said of a whole object has no path. */
const isOfAlerts = (text: string, path: Path): boolean =>
  /kind: Alert/.test(text) && ['metadata', 'spec', undefined].includes(path[0] as string | undefined);
