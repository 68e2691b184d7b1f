/** The arguments of a function or an aggregation, asked for by type; a wrong type is the query's mistake. */

import type { Expr } from '../../promql/ast.ts';
import { invalid, type Span } from '../../promql/error.ts';
import { type At, type Compiled, typeNames, type Vector, type Window } from './value.ts';

export class Arguments {
  readonly at: Span;
  readonly count: number;
  /** `function "rate"`, for messages. */
  readonly #owner: string;
  readonly #exprs: readonly Expr[];
  readonly #compiled: readonly Compiled[];

  constructor(owner: string, at: Span, exprs: readonly Expr[], compiled: readonly Compiled[]) {
    this.at = at;
    this.count = compiled.length;
    this.#owner = owner;
    this.#exprs = exprs;
    this.#compiled = compiled;
  }

  /** Throws unless there are at least `least` and at most `most`. */
  expect(least: number, most: number): void {
    if (this.count >= least && this.count <= most) return;
    const expected = least === most ? `${least}` : `${least} to ${most}`;
    throw invalid(`expected ${expected} argument(s) in call to ${this.#owner}, got ${this.count}`, this.at);
  }

  expr(index: number): Expr {
    return this.#exprs[index]!;
  }

  scalar(index: number): At<number> {
    const given = this.#compiled[index]!;
    return given.type === 'scalar' ? given.at : this.#refuse(index, 'scalar');
  }

  vector(index: number): At<Vector> {
    const given = this.#compiled[index]!;
    return given.type === 'vector' ? given.at : this.#refuse(index, 'vector');
  }

  matrix(index: number): At<readonly Window[]> {
    const given = this.#compiled[index]!;
    return given.type === 'matrix' ? given.at : this.#refuse(index, 'matrix');
  }

  string(index: number): string {
    const given = this.#compiled[index]!;
    return given.type === 'string' ? given.value : this.#refuse(index, 'string');
  }

  #refuse(index: number, expected: Compiled['type']): never {
    const got = typeNames[this.#compiled[index]!.type];
    throw invalid(`expected type ${typeNames[expected]} in ${this.#owner}, got ${got}`, this.#exprs[index]!.at);
  }
}
