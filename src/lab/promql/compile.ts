/** From the tree to functions of a store and an instant; types are checked here, once. */

import type { Call, Expr, Negation, Subquery } from '../../promql/ast.ts';
import { invalid, unsupported } from '../../promql/error.ts';
import { getOrInsert } from '../series/maps.ts';
import { Arguments } from './arguments.ts';
import { compileAggregation } from './functions/aggregate.ts';
import { labelReplace } from './functions/relabel.ts';
import { sampleFunctions } from './functions/samples.ts';
import { seriesFunctions } from './functions/series.ts';
import { compileBinary } from './operators/binary.ts';
import { derive } from './operators/names.ts';
import { type Changes, compileChanges, refuseChanges } from './select/changes.ts';
import { selectInstant, selectRange, selectSubquery } from './select/select.ts';
import { type At, type Compiled, typeNames } from './value.ts';

/** `isChanges`: which metrics are answered as Google answers its own. Throws PromqlError of kind Query. */
export function compile(expr: Expr, isChanges: Changes): Compiled {
  return compilePart(expr, { isChanges, calls: new Map() });
}

interface Query {
  readonly isChanges: Changes;
  /** By what they say: a count asks for the same few windows again and again. */
  readonly calls: Map<string, Compiled>;
}

function compilePart(expr: Expr, query: Query): Compiled {
  switch (expr.kind) {
    case 'Number':
      return { type: 'scalar', at: () => expr.value };
    case 'String':
      return { type: 'string', value: expr.value };
    case 'Paren':
      return compilePart(expr.inner, query);
    case 'Selector':
      refuseChanges(expr, query.isChanges);
      return { type: 'vector', at: selectInstant(expr) };
    case 'Range':
      refuseChanges(expr.selector, query.isChanges);
      return { type: 'matrix', at: selectRange(expr) };
    case 'Subquery':
      return compileSubquery(expr, query);
    case 'Negation':
      return compileNegation(expr, query);
    case 'Binary':
      return compileBinary(expr, compilePart(expr.left, query), compilePart(expr.right, query));
    case 'Aggregation':
      return { type: 'vector', at: compileAggregation(expr, argumentsOf(`aggregation ${expr.op}`, expr, query)) };
    case 'Call':
      return sharedCall(expr, query);
  }
}

/** One for all calls that say the same, evaluated once an instant. */
function sharedCall(call: Call, query: Query): Compiled {
  return getOrInsert(query.calls, saying(call), () => {
    const compiled = compileCall(call, query);
    switch (compiled.type) {
      case 'vector':
        return { type: 'vector', at: once(compiled.at) };
      case 'scalar':
        return { type: 'scalar', at: once(compiled.at) };
      default:
        return compiled;
    }
  });
}

const once =
  <T>(at: At<T>): At<T> =>
  (store, atMs) =>
    store.once(at, atMs);

/** All of it but where it stands. JSON has no word for infinity and NaN. */
const saying = (call: Call): string =>
  JSON.stringify(call, (key, value: unknown) => {
    if (key === 'at' || key === 'bare') return undefined;
    return typeof value === 'number' ? String(value) : value;
  });

function compileCall(call: Call, query: Query): Compiled {
  const changes = compileChanges(call, query.isChanges);
  if (changes !== null) return { type: 'vector', at: changes };
  const build =
    call.name === 'label_replace' ? labelReplace : (seriesFunctions[call.name] ?? sampleFunctions[call.name]);
  if (build === undefined) throw unsupported(`function ${call.name}`, call.at);
  return build(argumentsOf(`function "${call.name}"`, call, query));
}

function argumentsOf(owner: string, { at, args }: Pick<Call, 'at' | 'args'>, query: Query): Arguments {
  const compiled = args.map((one) => compilePart(one, query));
  return new Arguments(owner, at, args, compiled);
}

function compileSubquery(expr: Subquery, query: Query): Compiled {
  const inner = compilePart(expr.inner, query);
  if (inner.type === 'vector') return { type: 'matrix', at: selectSubquery(expr, inner.at) };
  throw invalid(`subquery is only allowed on instant vector, got ${typeNames[inner.type]} instead`, expr.at);
}

function compileNegation({ op, inner, at }: Negation, query: Query): Compiled {
  const compiled = compilePart(inner, query);
  if (compiled.type === 'matrix' || compiled.type === 'string') {
    throw invalid(
      `unary expression only allowed on expressions of type scalar or instant vector, got ${typeNames[compiled.type]}`,
      at,
    );
  }
  if (op === '+') return compiled;
  if (compiled.type === 'scalar') return { type: 'scalar', at: (store, atMs) => -compiled.at(store, atMs) };
  return { type: 'vector', at: (store, atMs) => derive(compiled.at(store, atMs), (value) => -value, at) };
}
