/** What a client asks of the log: clauses that must all hold. What the lab does not know is refused, never passed over. */
import { invalid } from '../world/refusal.ts';

/** The parts of an entry that clauses can be about. */
export interface Filterable {
  readonly timestamp: string;
  readonly severity: string;
  readonly logName: string;
  readonly textPayload: string;
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
}

export type Filter = (entry: Filterable) => boolean;

const clausePattern = /\s*([\w.]+)\s*(!=|>=|<=|=|<|>|:)\s*("(?:[^"\\]|\\.)*"|[\w.:+-]+)\s*/y;
const joint = /(?:AND\b)?/y;

/** Clauses stand on lines of their own or are joined by AND. Throws INVALID_ARGUMENT, naming the clause. */
export function filterIn(text: string): Filter {
  const clauses: Filter[] = [];
  for (let at = 0; text.slice(at).trim() !== ''; ) {
    clausePattern.lastIndex = at;
    const [all, path, operator, value] = clausePattern.exec(text) ?? [];
    if (all === undefined) throw unknownClause(text.slice(at).trim());
    clauses.push(clauseOf(path!, operator!, unquoted(value!), all.trim()));
    joint.lastIndex = at + all.length;
    at = joint.lastIndex + joint.exec(text)![0].length;
  }
  return (entry) => clauses.every((holds) => holds(entry));
}

const severities = ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'];

function clauseOf(path: string, operator: string, value: string, clause: string): Filter {
  if (path === 'severity') {
    const rank = severities.indexOf(value);
    if (rank === -1) throw unknownClause(clause);
    return compared(operator, clause, ({ severity }) => severities.indexOf(severity) - rank);
  }
  if (path === 'timestamp') {
    const atMs = Date.parse(value);
    if (Number.isNaN(atMs)) throw unknownClause(clause);
    return compared(operator, clause, ({ timestamp }) => Date.parse(timestamp) - atMs);
  }
  const read = textAt(path);
  if (read === null) throw unknownClause(clause);
  const test = textTests[operator];
  if (test === undefined) throw unknownClause(clause);
  return (entry) => test(read(entry), value);
}

const textTests: Readonly<Record<string, (text: string, value: string) => boolean>> = {
  '=': (text, value) => text.toLowerCase() === value.toLowerCase(),
  '!=': (text, value) => text.toLowerCase() !== value.toLowerCase(),
  ':': (text, value) => text.toLowerCase().includes(value.toLowerCase()),
};

function textAt(path: string): ((entry: Filterable) => string) | null {
  const label = /^resource\.labels\.(\w+)$/.exec(path)?.[1];
  if (label !== undefined) return ({ resource }) => resource.labels[label] ?? '';
  if (path === 'resource.type') return ({ resource }) => resource.type;
  if (path === 'logName' || path === 'textPayload') return (entry) => entry[path];
  return null;
}

const comparisons: Readonly<Record<string, (difference: number) => boolean>> = {
  '=': (difference) => difference === 0,
  '!=': (difference) => difference !== 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
};

function compared(operator: string, clause: string, difference: (entry: Filterable) => number): Filter {
  const holds = comparisons[operator];
  if (holds === undefined) throw unknownClause(clause);
  return (entry) => holds(difference(entry));
}

const unquoted = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);

const unknownClause = (clause: string): Error => invalid(`filter: the lab does not know the clause '${clause}'`);
