/**
 * A rule that a schema cannot say stands once in both of its languages: CEL for the API server, TypeScript for `check`, the lab
 * and the running operator.
 */
import type { z } from 'zod';

export interface Rule<T> {
  /** `self` is the value that the rule lies on; `oldSelf` makes it a rule about changes only. */
  readonly cel: string;
  readonly message: string;
  /** What to write instead, where the field's example does not say it. */
  readonly hint?: string | ((self: T) => string);
  /** Where within the value the mistake stands; left out, it is the value itself. */
  readonly at?: (self: T) => readonly (string | number)[];
  /**
   * What it goes by, as paths in which * is any item: while one of these is of the wrong kind it says nothing, whatever else
   * is wrong. [] goes by what is there and what is not. Left out, it goes by all.
   */
  readonly by?: readonly string[];
  test(self: T, oldSelf?: T): boolean;
}

/** By their CEL, for whoever has no more than the schema. */
const tests = new Map<string, (self: never) => boolean>();

/** What is said of the first rule that the value breaks; undefined: none. */
export const brokenRule = (rules: readonly { readonly rule: string; readonly message: string }[], value: unknown) =>
  rules.find(({ rule }) => tests.get(rule)?.(value as never) === false)?.message;

/** The schema with the rules on it, for zod and for the CRD alike. */
export function ruled<S extends z.ZodType>(schema: S, ...rules: readonly Rule<z.output<S>>[]): S {
  for (const { cel, test } of rules) tests.set(cel, test);
  const withRules = rules.reduce(
    (whole, { test, message, hint, at, by }) =>
      whole.superRefine(
        (value, context) => {
          if (test(value)) return;
          const params = { hint: typeof hint === 'function' ? hint(value) : hint };
          context.addIssue({ code: 'custom', path: [...(at?.(value) ?? [])], message, params });
        },
        by && { when: whereReadable(by) },
      ),
    schema,
  );
  return withRules.meta({ 'x-kubernetes-validations': rules.map(({ cel, message }) => ({ rule: cel, message })) });
}

/**
 * For a rule that is to speak although something else is wrong: zod would leave it out. What is wrong in form, and not
 * only in size, cannot be gone by; nor can anything of a value that is itself of the wrong kind.
 */
export const whereReadable =
  (by: readonly string[]) =>
  ({ issues }: Pick<z.core.ParsePayload, 'issues'>): boolean =>
    !issues.some((issue) => {
      const place = (issue.path ?? []).map((step) => (typeof step === 'number' ? '*' : String(step))).join('.');
      return issue.continue !== true && (place === '' || by.includes(place));
    });
