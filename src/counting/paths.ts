/** Requests of some paths do not count: the matchers that leave them out, by whichever label a histogram has for its paths. Pure. */
import { noneOf } from '../promql/counters/format.ts';
import type { Counter } from '../promql/counters/model.ts';

/** How frameworks and OpenTelemetry call it. */
export const pathLabels = [
  'route',
  'http_route',
  'path',
  'url_path',
  'http_target',
  'uri',
  'url',
  'endpoint',
  'handler',
  'request_path',
] as const;

/** By each label that the series have, since only one of them may hold what is written in the policy. */
export const withoutPaths = (counter: Counter, labels: readonly string[], paths: readonly string[]): Counter => ({
  ...counter,
  matchers: [...counter.matchers, ...labels.map((label) => noneOf(label, paths))],
});

/** What is said where no label is for paths. */
export const noPathLabel = (text: string): string =>
  `None of the labels ${pathLabels.join(', ')} is on the series of ${text}, so that excludePaths leaves nothing out: let the app write one of them, or leave the paths out in the query itself by the label that it has, as in {page!~"/healthz"}.`;
