/** What the HTTP API answers instead of data, in Prometheus' words. */
import { PromqlError } from '../../../promql/error.ts';

export type ErrorType = 'bad_data' | 'execution' | 'not_found' | 'unavailable' | 'internal';

const httpStatus: Readonly<Record<ErrorType, number>> = {
  bad_data: 400,
  not_found: 404,
  execution: 422,
  internal: 500,
  unavailable: 503,
};

export class ApiFailure extends Error {
  readonly errorType: ErrorType;

  constructor(errorType: ErrorType, message: string) {
    super(message);
    this.errorType = errorType;
  }

  get status(): number {
    return httpStatus[this.errorType];
  }
}

export function badParameter(name: string, message: string): ApiFailure {
  return new ApiFailure('bad_data', `invalid parameter "${name}": ${message}`);
}

/** What `evaluate` makes of the text of a parameter; a query that cannot be understood is that parameter's fault. */
export function understanding<T>(name: string, text: string, evaluate: (text: string) => T): T {
  try {
    return evaluate(text);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    if (error.kind === 'Execution') throw new ApiFailure('execution', error.message);
    const place = error.position === null ? '' : `${lineAndColumn(text, error.position.from)}: `;
    throw badParameter(name, `${place}parse error: ${error.message}`);
  }
}

function lineAndColumn(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `${lines.length}:${lines.at(-1)!.length + 1}`;
}
