/** A latency that says one percentile and asks for another share: both are allowed, and rarely both are meant. */
import type { PlacedPolicy } from '../policy/check/policies.ts';
import type { Finding } from '../policy/check/yaml.ts';
import { pathText } from '../policy/problems.ts';

const decimal = (value: number): string => String(Number(value.toPrecision(8)));

/** targetPercent is what counts: 99 % within 300ms is p99, whatever percentile stands beside it. */
export const otherPercentile = ({ policy, position, objectivePath, inDoubt }: PlacedPolicy): Finding[] =>
  policy.objectives.flatMap(({ name, indicator, allowedBadFraction }) => {
    if (indicator.kind !== 'Latency' || inDoubt(objectivePath(name), ['spec', 'tier'])) return [];
    const asked = decimal(100 * (1 - allowedBadFraction));
    const said = decimal(indicator.percentile);
    if (asked === said) return [];
    const field = indicator.histogram === null ? 'percentile' : 'query';
    const path = [...objectivePath(name), 'indicator', 'latency', field];
    const message = `p${said} is said, and the target asks for p${asked}: ${asked} % of the requests within the threshold is what revisions are judged by; p${said} is only alerted on and drawn.`;
    const instead = field === 'percentile' ? `write percentile: ${asked}` : `ask for p${asked} in the query`;
    const hint = `${instead} if p${asked} is meant, or remove the target if p${said} is`;
    return [{ ...position(path, 'value'), path: pathText(path), message, hint }];
  });
