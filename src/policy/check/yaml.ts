/** YAML, as kubectl reads it unless another version is asked for, with the place of everything in it; a hostile file takes neither the time nor the stack. */
import { Composer, type CST, type Document, isScalar, LineCounter, Parser, type Tags, type YAMLError } from 'yaml';
import { type Path, pathText } from '../problems.ts';
import { aliasOfAncestor, duplicateKeys, offsetOf, writtenAt } from './places.ts';

export interface Position {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

export interface Finding extends Position {
  /** spec.objectives[0].name; empty when it is about a whole file or document. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** In one line; {FILE} in a hint is the file. */
export const findingText = (file: string, { line, column, path, message, hint }: Finding): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}; ${hint.replaceAll('{FILE}', file)}`;

export interface YamlDocument {
  readonly value: unknown;
  /** Where `path` is written, or the innermost thing around it. A scalar is at its value, or with `key` at its key. */
  position(path: Path, at: 'value' | 'key'): Position;
  /** A scalar as it is written, without quotes: 1.10 is read as 1.1, and on as true. undefined where there is none. */
  written(path: Path): string | undefined;
}

interface Trouble {
  readonly offset: number;
  readonly path?: Path;
  readonly message: string;
  readonly hint: string;
}

/**
 * kubectl's: YAML 1.1, in which yes and on are booleans and << merges, but dates and 1:30 stay text.
 * Unique keys are checked here, since the package's own check is quadratic.
 */
const dialect = {
  version: '1.1',
  customTags: (tags: Tags) =>
    tags.filter((tag) => typeof tag === 'string' || (tag.tag !== timestamp && tag.format !== 'TIME')),
  uniqueKeys: false,
  logLevel: 'error',
} as const;
const timestamp = 'tag:yaml.org,2002:timestamp';

const maxDepth = 30;
const maxAliases = 50;
/** Aliases times values: a bound on what a document can unfold into. */
const maxUnfolded = 2_000_000;
const useNoAliases = 'write the values out instead of using aliases';

/** The documents that can be read, and what is wrong with the others. A document without content is no document. */
export function readYaml(
  text: string,
  version: '1.1' | '1.2' = dialect.version,
): { readonly documents: YamlDocument[]; readonly findings: Finding[] } {
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents: YamlDocument[] = [];
  const findings: Finding[] = [];
  const report = ({ offset, path = [], message, hint }: Trouble): void => {
    findings.push({ ...position(offset), path: pathText(path), message, hint });
  };

  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const excess = tokens.map(excessIn).find((trouble) => trouble !== undefined);
  if (excess) {
    report(excess);
    return { documents, findings };
  }
  for (const document of new Composer({ ...dialect, version }).compose(tokens)) {
    const { troubles, value } = read(document);
    troubles.forEach(report);
    if (value === undefined) continue;
    documents.push({
      value,
      position: (path, at) => position(offsetOf(document, path, at)),
      written: (path) => writtenAt(document, path),
    });
  }
  return { documents, findings };
}

/** The value is undefined where there is none to be had. */
function read(document: Document.Parsed): { troubles: readonly Trouble[]; value?: unknown } {
  const [error] = document.errors;
  if (error) return { troubles: [{ offset: error.pos[0], ...inWords(error) }] };
  const endless = aliasOfAncestor(document);
  if (endless !== undefined) {
    return { troubles: [{ offset: endless, message: 'holds itself by an alias', hint: useNoAliases }] };
  }
  const troubles = duplicateKeys(document).map(({ offset, path, name }) => {
    return { offset, path, message: `the key ${name} is there twice`, hint: 'keep one of the two' };
  });
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { troubles };
  try {
    return { troubles, value: document.toJS({ maxAliasCount: maxAliases }) };
  } catch (cause) {
    const message = /^Unresolved/.test((cause as Error).message)
      ? 'uses an alias that has no anchor before it'
      : 'uses aliases that unfold into too many values';
    return { troubles: [...troubles, { offset: document.range[0], message, hint: useNoAliases }] };
  }
}

/** Composing recurses, and following aliases is quadratic: both are bounded here, on the tokens. */
function excessIn(whole: CST.Token): Trouble | undefined {
  const rest: { token: CST.Token; depth: number }[] = [{ token: whole, depth: 0 }];
  let aliases = 0;
  let values = 0;
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { token, depth } = next;
    values++;
    if (token.type === 'alias') aliases++;
    const { offset } = token;
    if (depth > maxDepth)
      return { offset, message: `is nested more than ${maxDepth} deep`, hint: 'what is read here is at most 6 deep' };
    if (aliases > maxAliases) return { offset, message: `uses more than ${maxAliases} aliases`, hint: useNoAliases };
    for (const inner of innerTokens(token)) rest.push({ token: inner, depth: depth + 1 });
  }
  if (aliases * values <= maxUnfolded) return undefined;
  return { offset: 0, message: 'uses aliases that unfold into too many values', hint: useNoAliases };
}

function innerTokens(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((inner) => inner !== undefined && inner !== null));
}

function inWords({ message, code }: YAMLError): Pick<Trouble, 'message' | 'hint'> {
  const [first = ''] = message.split('\n');
  return {
    message: `is not valid YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`,
    hint:
      code === 'TAB_AS_INDENT'
        ? 'indent with spaces'
        : 'look at the indentation, quotes and brackets here and on the line before',
  };
}
