/** Queries of the sources as a policy takes them. What cannot be counted by is refused when the policy is read. */
import { type Expr, partsOf, unwrap } from '../promql/ast.ts';
import { isCounterName } from '../promql/counters/names.ts';
import { readCounter, readRatio } from '../promql/counters/ratio.ts';
import { QueryRefused } from '../promql/counters/refusal.ts';
import { parsePasted } from '../promql/counters/text.ts';
import { type Indicator, ratioOf } from './draft.ts';
import { lost, type Reading, type Spot } from './place.ts';
import { textOf } from './read.ts';

const context = { revisionLabel: 'revision_name' };
const example = 'sum(rate(http_requests_total{job="api"}[5m]))';

/** The window of a template becomes a plain one: by which windows is counted, the policy says. */
export const withPlainWindow = (query: string): string =>
  query.trim().replace(/\[\s*(?:\{\{-?\s*\.?\s*window\s*-?\}\}|\$\{?(?:__)?window\}?)/gi, '[5m');

export function* queryIn(spot: Spot): Reading<string | undefined> {
  const text = yield* textOf(spot, example);
  return text === undefined ? undefined : withPlainWindow(text);
}

/**
 * The query of a counter. `isCounter` is what the source says of it, if it does: a counter may then be named without what
 * makes a rate of it, and what is none counts nothing unless the query makes a rate of it.
 */
export function* counterIn(spot: Spot, isCounter: boolean | undefined): Reading<string | undefined> {
  const query = yield* queryIn(spot);
  if (query === undefined) return undefined;
  if (isCounter) return withRates(query);
  const name = bareName(query);
  if (name === undefined || (isCounter === undefined && isCounterName(name))) return query;
  const said = isCounter === false ? 'counter: false says that it is none' : 'nothing says that it is a counter';
  const message = `${name} is asked for as it is, and ${said}`;
  yield lost(spot, message, 'write counter: true if it only ever rises, or the query as sum(rate(…[5m])) of counters');
  return undefined;
}

function bareName(query: string): string | undefined {
  const expr = parsed(query);
  const bare = expr && unwrap(expr);
  return bare?.kind === 'Selector' ? bare.matchers.find(({ label }) => label === '__name__')?.value : undefined;
}

/** sum(x) of a counter is how far it has come in its whole life; what is meant is how fast it rises. */
function withRates(query: string): string {
  const expr = parsed(query);
  if (expr === undefined || unwrap(expr).kind === 'Selector' || isRead(query)) return query;
  const spans = instantsIn(expr).sort((a, b) => b.from - a.from);
  const rated = spans.reduce(
    (text, { from, to }) => `${text.slice(0, from)}rate(${text.slice(from, to)}[5m])${text.slice(to)}`,
    query,
  );
  return isRead(rated) ? rated : query;
}

const instantsIn = (expr: Expr): { from: number; to: number }[] => {
  if (expr.kind === 'Selector') return [{ ...expr.at }];
  return expr.kind === 'Range' ? [] : partsOf(expr).flatMap(instantsIn);
};

/** A ratio that the source says to be of bad or of good events: by that it is read, unless it proves to be the other. */
export function* ratioIn(spot: Spot, of: 'bad' | 'good'): Reading<Indicator | undefined> {
  const query = yield* queryIn(spot);
  if (query === undefined) return undefined;
  const proven = directionOf(query);
  if (proven === null || proven === of) return { ratio: { query } };
  if (proven === 'nothing') {
    const apart = dividedIn(query);
    if (apart !== undefined) return ratioOf(of, ...apart);
    if (of === 'bad') return { ratio: { query } };
  }
  const message = `is said to be a ratio of ${of} events, and the query ${proven === 'nothing' ? 'does not show it' : `proves to be one of ${proven} events`}`;
  yield lost(spot, message, 'write the two counters apart, which leaves nothing open');
  return undefined;
}

/** null: it cannot be read, which is told when the policy is read. */
function directionOf(query: string): 'bad' | 'good' | 'nothing' | null {
  try {
    const { direction, proof } = readRatio(query, context).reading;
    return proof === 'Nothing' ? 'nothing' : direction === 'Turned' ? 'good' : 'bad';
  } catch (error) {
    if (error instanceof QueryRefused) return null;
    throw error;
  }
}

/** What stands on the two sides of a plain division. */
function dividedIn(query: string): readonly [string, string] | undefined {
  const expr = parsed(query);
  const bare = expr && unwrap(expr);
  if (bare?.kind !== 'Binary' || bare.operator.op !== '/') return undefined;
  const sides = [bare.left, bare.right].map(({ at }) => query.slice(at.from, at.to)) as [string, string];
  return sides.every(isRead) ? sides : undefined;
}

function isRead(query: string): boolean {
  try {
    readCounter(query, context);
    return true;
  } catch (error) {
    if (error instanceof QueryRefused) return false;
    throw error;
  }
}

/** undefined: it is no PromQL, which is told when the policy is read. */
function parsed(query: string): Expr | undefined {
  try {
    return parsePasted(query);
  } catch {
    return undefined;
  }
}
