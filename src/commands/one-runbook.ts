/** Alerts of two policies that link to one and the same section of a runbook. */
import { alertsOf } from '../generate/alerts.ts';
import type { PlacedPolicy } from '../policy/check/policies.ts';
import type { Finding } from '../policy/check/yaml.ts';
import { pathText } from '../policy/problems.ts';

const field = ['spec', 'generate', 'runbookUrl'];

/** A page with two such sections shows the first: who is paged for one service would read the commands for the other. */
export function sameSections(
  { policy, position, inDoubt }: PlacedPolicy,
  file: string,
  seen: Map<string, string>,
): Finding[] {
  const { runbookUrl } = policy.generate;
  if (runbookUrl === null || inDoubt(field, ['spec', 'objectives'])) return [];
  const at = position(field, 'value');
  const links = alertsOf(policy).alerts.map(({ anchor }) => `${runbookUrl}#${anchor}`);
  const taken = links.find((link) => seen.has(link));
  if (taken === undefined) {
    for (const link of links) seen.set(link, `${file}:${at.line}`);
    return [];
  }
  const message = `alerts of the policy at ${seen.get(taken)} link to the same sections, such as ${taken}: who is paged for one service would read the commands for the other.`;
  return [{ ...at, path: pathText(field), message, hint: 'give each policy a runbook with an address of its own' }];
}
