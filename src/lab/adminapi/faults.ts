/** Faults that tests ask the Cloud Run door for. */
export interface Question {
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
}

/** What goes wrong with one request; undefined: nothing. */
export type Fault =
  /** An error in Google's form. `applied`: the request was obeyed all the same. */
  | {
      readonly kind: 'Answer';
      readonly code: number;
      readonly status: string;
      readonly retryAfterSeconds?: number;
      readonly applied?: boolean;
    }
  /** A page that is no JSON, as something between us and Google sends it. */
  | { readonly kind: 'Page'; readonly code: number; readonly applied?: boolean }
  /** The connection is reset instead of an answer. */
  | { readonly kind: 'Reset'; readonly applied?: boolean };

export type Faults = (question: Question) => Fault | undefined;

/** The next `times` requests that match go wrong. */
export function nextRequests(
  times: number,
  fault: Fault,
  matches: (question: Question) => boolean = () => true,
): Faults {
  let left = times;
  return (question) => {
    if (left === 0 || !matches(question)) return undefined;
    left--;
    return fault;
  };
}
