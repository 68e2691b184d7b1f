/** From query text to a tree whose operators bind as in Prometheus. What is not understood is refused, with its place. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import {
  arithmetic,
  type BinaryOp,
  type BinaryOperator,
  comparisons,
  type Expr,
  type Matching,
  setOperators,
} from './ast.ts';
import { bind, type Piece } from './bind.ts';
import { invalid, type Span, unsupported } from './error.ts';
import { parseNumber } from './literals.ts';
import { durationMs, offset, range, subquery } from './postfix.ts';
import { selector, stringAt } from './selector.ts';
import { firstSyntaxError } from './trouble.ts';

/** Throws PromqlError of kind Query. */
export function parse(commented: string): Expr {
  const query = blankComments(commented);
  const tree = parser.parse(query);
  const error = firstSyntaxError(tree, query);
  if (error !== null) throw error;
  return new Reader(query).expression(tree.topNode.firstChild!);
}

/** Comments may stand between any two nodes; blanks are skipped, and keep every place what it was. */
function blankComments(query: string): string {
  if (!query.includes('#')) return query;
  let blanked = query;
  parser.parse(query).iterate({
    enter({ name, from, to }) {
      if (name === 'LineComment') blanked = blanked.slice(0, from) + ' '.repeat(to - from) + blanked.slice(to);
    },
  });
  return blanked;
}

class Reader {
  readonly #query: string;

  constructor(query: string) {
    this.#query = query;
  }

  expression(node: SyntaxNode): Expr {
    return bind(this.#pieces(node));
  }

  #pieces(node: SyntaxNode): Piece[] {
    const first = node.firstChild;
    switch (node.name) {
      case 'BinaryExpr':
        return [
          ...this.#pieces(first!),
          { kind: 'Infix', operator: this.#operator(node) },
          ...this.#pieces(node.lastChild!),
        ];
      case 'UnaryExpr':
        return [this.#sign(first!), ...this.#pieces(node.lastChild!)];
      case 'NumberDurationLiteral':
        return this.#number(node);
      case 'MatrixSelector': {
        const rangeMs = durationMs(node.lastChild!, this.#query);
        return [...this.#pieces(first!), { kind: 'Postfix', apply: (operand) => range(operand, rangeMs, node.to) }];
      }
      case 'SubqueryExpr': {
        const [rangeMs, stepMs] = node.getChildren('DurationExpr').map((duration) => durationMs(duration, this.#query));
        const apply = (operand: Expr): Expr => subquery(operand, rangeMs!, stepMs ?? null, node.to);
        return [...this.#pieces(first!), { kind: 'Postfix', apply }];
      }
      case 'OffsetExpr': {
        const offsetMs = durationMs(node.lastChild!, this.#query);
        return [...this.#pieces(first!), { kind: 'Postfix', apply: (operand) => offset(operand, offsetMs, node.to) }];
      }
      default:
        return [{ kind: 'Operand', expr: this.#operand(node) }];
    }
  }

  #operand(node: SyntaxNode): Expr {
    const first = node.firstChild;
    switch (node.name) {
      case 'VectorSelector':
        return selector(node, this.#query);
      case 'ParenExpr':
        return { kind: 'Paren', at: span(node), inner: this.expression(first!) };
      case 'AggregateExpr':
        return this.#aggregation(node);
      case 'FunctionCall':
        return { kind: 'Call', at: span(node), name: this.#text(first!), args: this.#args(node) };
      case 'StepInvariantExpr':
        throw unsupported('modifier @', span(node.getChild('At')!));
      case 'StringLiteral':
        return { kind: 'String', at: span(node), value: stringAt(node, this.#query) };
      default:
        throw unsupported(`expression ${this.#text(node)}`, span(node));
    }
  }

  #aggregation(node: SyntaxNode): Expr {
    const modifier = node.getChild('AggregateModifier');
    return {
      kind: 'Aggregation',
      at: span(node),
      op: this.#text(node.firstChild!).toLowerCase(),
      grouping: {
        kind: modifier?.getChild('Without') ? 'without' : 'by',
        labels: modifier === null ? [] : this.#labels(modifier.getChild('GroupingLabels')!),
        at: modifier === null ? null : span(modifier),
      },
      args: this.#args(node),
    };
  }

  #args(node: SyntaxNode): Expr[] {
    const args: Expr[] = [];
    const body = node.getChild('FunctionCallBody')!;
    for (let child = body.firstChild; child !== null; child = child.nextSibling) {
      args.push(this.expression(child));
    }
    return args;
  }

  #operator(node: SyntaxNode): BinaryOperator {
    const symbol = node.firstChild!.nextSibling!;
    const op = [...arithmetic, ...comparisons, ...setOperators].find(
      (known) => known === this.#text(symbol).toLowerCase(),
    );
    if (op === undefined) throw unsupported(`operator ${this.#text(symbol)}`, span(symbol));
    const fill = node.getChild('FillModifier');
    if (fill !== null) throw unsupported('modifier fill', span(fill));
    const bool = node.getChild('BoolModifier');
    if (bool !== null && !isComparison(op)) {
      throw invalid('bool modifier can only be used on comparison operators', span(bool));
    }
    return {
      op,
      at: span(symbol),
      bool: bool !== null,
      matching: this.#matching(node.getChild('MatchingModifierClause')),
    };
  }

  #matching(clause: SyntaxNode | null): Matching | null {
    if (clause === null) return null;
    const group = clause.getChild('GroupLeft') ?? clause.getChild('GroupRight');
    if (group !== null) throw unsupported(`modifier ${this.#text(group)}`, span(group));
    return {
      kind: clause.getChild('On') ? 'on' : 'ignoring',
      labels: this.#labels(clause.getChild('GroupingLabels')!),
    };
  }

  #labels(node: SyntaxNode): string[] {
    const labels = [...node.getChildren('LabelName'), ...node.getChildren('QuotedLabelName')];
    return labels
      .sort((a, b) => a.from - b.from)
      .map((label) =>
        label.name === 'LabelName'
          ? this.#text(label)
          : stringAt(label.getChild('StringLiteral') ?? label, this.#query),
      );
  }

  #number(node: SyntaxNode): Piece[] {
    const text = this.#text(node);
    const sign = /^[-+]/.exec(text)?.[0] as '-' | '+' | undefined;
    const value = parseNumber(text.slice(sign === undefined ? 0 : 1).trimStart());
    if (value === undefined) throw unsupported(`number ${text}`, span(node));
    const operand: Piece = { kind: 'Operand', expr: { kind: 'Number', at: span(node), value } };
    return sign === undefined ? [operand] : [{ kind: 'Sign', op: sign, at: span(node) }, operand];
  }

  #sign(node: SyntaxNode): Piece {
    return { kind: 'Sign', op: this.#text(node) === '-' ? '-' : '+', at: span(node) };
  }

  #text(node: SyntaxNode): string {
    return this.#query.slice(node.from, node.to);
  }
}

function isComparison(op: BinaryOp): boolean {
  return (comparisons as readonly string[]).includes(op);
}

const span = ({ from, to }: SyntaxNode): Span => ({ from, to });
