/** Where things stand in a YAML document, as offsets into its text. */
import { type Document, isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq, visit } from 'yaml';
import type { Path } from '../problems.ts';

/** Where `path` is written, or the innermost thing around it. A scalar is at its value, or with `key` at its key. */
export function offsetOf(document: Document.Parsed, path: Path, at: 'value' | 'key'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? document.range[0];
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  const isWritten = isScalar(node) && node.value !== null;
  return at === 'value' && isWritten ? (startOf(node) ?? offset) : offset;
}

/** A scalar as it is written; undefined where there is none at `path`. */
export function writtenAt(document: Document.Parsed, path: Path): string | undefined {
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) node = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))?.value;
    else node = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
  }
  if (isAlias(node)) node = node.resolve(document);
  return isScalar(node) ? node.source : undefined;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** The second and further mentions of a key in one mapping. */
export function duplicateKeys(document: Document.Parsed): { offset: number; path: Path; name: string }[] {
  const found: { offset: number; path: Path; name: string }[] = [];
  visit(document, {
    Map(_, map, ancestors) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) found.push({ offset: startOf(key) ?? 0, path: [...pathTo(map, ancestors), name], name });
        seen.add(name);
      }
    },
  });
  return found;
}

/** The path of a node from the nodes above it, outermost first. */
function pathTo(node: unknown, ancestors: readonly unknown[]): Path {
  return ancestors.flatMap((ancestor, index): Path => {
    if (isPair(ancestor)) return isScalar(ancestor.key) ? [String(ancestor.key.value)] : [];
    return isSeq(ancestor) ? [ancestor.items.indexOf(ancestors[index + 1] ?? node)] : [];
  });
}

/** The first alias of something that it is within: a value without end. */
export function aliasOfAncestor(document: Document.Parsed): number | undefined {
  let found: number | undefined;
  visit(document, {
    Alias(_, alias, ancestors) {
      const endless = ancestors.some((ancestor) => isCollection(ancestor) && ancestor.anchor === alias.source);
      if (endless) found ??= startOf(alias);
    },
  });
  return found;
}
