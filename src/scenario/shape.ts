/** What people hand to the lab (events, a list of services), checked: each problem names the path it lies at. */
import { z } from 'zod';
import { durationMs } from '../policy/duration.ts';
import { type Problem, pathText, problemsOf, problemText } from '../policy/problems.ts';
import { type JsonSchema, openApi, schemaAt } from '../policy/schema.ts';
import { didYouMean, fieldMeant } from '../policy/suggest.ts';

/** A length of time as text, in milliseconds. */
export const duration = z
  .string()
  .transform((text, context) => {
    const lengthMs = durationMs(text);
    if (!Number.isNaN(lengthMs)) return lengthMs;
    context.addIssue(`must be a length of time such as 90s, 10m or 1h30m, not ${JSON.stringify(text)}`);
    return z.NEVER;
  })
  .meta({ format: 'duration' });

export const longerThanZero = duration.refine((lengthMs) => lengthMs > 0, 'must be longer than 0');
/** Each repetition is an instant at which a world has to stop: of shorter ones there would be too many to hold. */
export const repetition = duration.refine((lengthMs) => lengthMs >= 1000, 'must be at least 1s');
export const percent = z.number().min(0).max(100);

/** What was handed in does not have the shape it must have; one line a problem, `path: what is wrong`. */
export class Misshapen extends Error {}

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function readAs<T>(schema: z.ZodType<T>, value: unknown): Read<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const known = openApi(schema);
  const problems = problemsOf(result.error, value, known).map((problem) => withMeant(problem, known));
  return { ok: false, problems: problems.filter((problem) => !followsFrom(problem, problems)) };
}

/** What a rule finds missing where a field is misspelt is that field. */
const followsFrom = ({ kind, path }: Problem, problems: readonly Problem[]): boolean =>
  kind === 'Rule' &&
  problems.some(
    (other) => other.hint?.startsWith('did you mean') && pathText(other.path.slice(0, -1)) === pathText(path),
  );

/** What may have been meant by a field that there is not. */
function withMeant(problem: Problem, schema: JsonSchema): Problem {
  if (problem.kind !== 'Unknown') return problem;
  const around = schemaAt(problem.path.slice(0, -1), schema);
  const known = Object.keys(around?.properties ?? {});
  const meant = fieldMeant(String(problem.path.at(-1)), known);
  return { ...problem, hint: meant ? didYouMean(meant) : `there are ${known.join(', ')}` };
}

/** With what to do, where that is known. */
export const toldText = (problem: Problem): string =>
  problem.hint === undefined ? problemText(problem) : `${problemText(problem)}; ${problem.hint}`;

export function shaped<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = readAs(schema, value);
  if (read.ok) return read.value;
  throw new Misshapen(read.problems.map(toldText).join('\n'));
}
