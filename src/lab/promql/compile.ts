/** From the tree to functions of a store and an instant; types are checked here, once. */

import type { Call, Expr, Negation, Subquery } from '../../promql/ast.ts';
import { invalid, unsupported } from '../../promql/error.ts';
import { Arguments } from './arguments.ts';
import { compileAggregation } from './functions/aggregate.ts';
import { labelReplace } from './functions/relabel.ts';
import { sampleFunctions } from './functions/samples.ts';
import { seriesFunctions } from './functions/series.ts';
import { compileBinary } from './operators/binary.ts';
import { derive } from './operators/names.ts';
import { type Changes, compileChanges, refuseChanges } from './select/changes.ts';
import { selectInstant, selectRange, selectSubquery } from './select/select.ts';
import { type Compiled, typeNames } from './value.ts';

/** `isChanges`: which metrics are answered as Google answers its own. Throws PromqlError of kind Query. */
export function compile(expr: Expr, isChanges: Changes): Compiled {
  switch (expr.kind) {
    case 'Number':
      return { type: 'scalar', at: () => expr.value };
    case 'String':
      return { type: 'string', value: expr.value };
    case 'Paren':
      return compile(expr.inner, isChanges);
    case 'Selector':
      refuseChanges(expr, isChanges);
      return { type: 'vector', at: selectInstant(expr) };
    case 'Range':
      refuseChanges(expr.selector, isChanges);
      return { type: 'matrix', at: selectRange(expr) };
    case 'Subquery':
      return compileSubquery(expr, isChanges);
    case 'Negation':
      return compileNegation(expr, isChanges);
    case 'Binary':
      return compileBinary(expr, compile(expr.left, isChanges), compile(expr.right, isChanges));
    case 'Aggregation':
      return { type: 'vector', at: compileAggregation(expr, argumentsOf(`aggregation ${expr.op}`, expr, isChanges)) };
    case 'Call':
      return compileCall(expr, isChanges);
  }
}

function compileCall(call: Call, isChanges: Changes): Compiled {
  const changes = compileChanges(call, isChanges);
  if (changes !== null) return { type: 'vector', at: changes };
  const build =
    call.name === 'label_replace' ? labelReplace : (seriesFunctions[call.name] ?? sampleFunctions[call.name]);
  if (build === undefined) throw unsupported(`function ${call.name}`, call.at);
  return build(argumentsOf(`function "${call.name}"`, call, isChanges));
}

function argumentsOf(owner: string, { at, args }: Pick<Call, 'at' | 'args'>, isChanges: Changes): Arguments {
  const compiled = args.map((one) => compile(one, isChanges));
  return new Arguments(owner, at, args, compiled);
}

function compileSubquery(expr: Subquery, isChanges: Changes): Compiled {
  const inner = compile(expr.inner, isChanges);
  if (inner.type === 'vector') return { type: 'matrix', at: selectSubquery(expr, inner.at) };
  throw invalid(`subquery is only allowed on instant vector, got ${typeNames[inner.type]} instead`, expr.at);
}

function compileNegation({ op, inner, at }: Negation, isChanges: Changes): Compiled {
  const compiled = compile(inner, isChanges);
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
