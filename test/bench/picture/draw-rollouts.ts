/** The share of a new revision over the minutes after its deploy, as an SVG; the shares stand on a logarithmic scale. */
import { badPercent, horizonMinutes, type Rollout, type Rollouts } from './rollouts.ts';
import { type Colours, document, text } from './svg.ts';

const [width, height] = [600, 330];
const [left, right, top, bottom] = [52, 580, 46, 230];
const marks = [1, 5, 10, 25, 50, 100];
const leastPercent = 0.6;

const x = (minute: number): number => left + ((right - left) * Math.min(minute, horizonMinutes)) / horizonMinutes;

function y(percent: number): number {
  const part = Math.log(Math.max(percent, leastPercent) / leastPercent) / Math.log(100 / leastPercent);
  return bottom - (bottom - top) * part;
}

export function rolloutsPicture({ good, bad, badByFlagger }: Rollouts, inks: Colours): string {
  const { text: ink, faint, tuned, untuned } = inks;
  const label = `A revision that fails ${badPercent} % of its requests is back at 0 % after ${lengthOf(bad)} min, by Flagger's rule after ${lengthOf(badByFlagger)}; a good one has all of the traffic after ${lengthOf(good)}.`;
  const lines: readonly (readonly [Rollout, string, string, string])[] = [
    [good, tuned, '', `a good one: promoted after ${lengthOf(good)} min`],
    [
      bad,
      untuned,
      '',
      `one that fails ${badPercent} %: ${count(bad)} of its requests failed, rolled back after ${lengthOf(bad)} min`,
    ],
    [
      badByFlagger,
      ink,
      '5 4',
      `the same by Flagger's rule, at once in the know: ${count(badByFlagger)} failed, ${lengthOf(badByFlagger)} min`,
    ],
  ];
  return document(
    { width, height },
    label,
    [
      text(left, top - 18, "The new revision's share of the traffic, percent", { ink, weight: 600 }),
      ...marks.flatMap((percent) => [
        `<line x1="${left}" x2="${right}" y1="${y(percent).toFixed(1)}" y2="${y(percent).toFixed(1)}" stroke="${faint}"/>`,
        text(left - 10, y(percent) + 5, `${percent}`, { ink, anchor: 'end' }),
      ]),
      ...[0, 10, 20, 30, 40, 50].map((minute) =>
        text(x(minute), bottom + 20, `${minute} min`, { ink, anchor: minute === horizonMinutes ? 'end' : 'middle' }),
      ),
      ...lines.map(([rollout, stroke, dashes]) => stairs(rollout, stroke, dashes)),
      ...lines.flatMap(([, stroke, dashes, words], i) => {
        const at = bottom + 48 + 20 * i;
        return [
          `<line x1="${left}" x2="${left + 28}" y1="${at - 5}" y2="${at - 5}" stroke="${stroke}" stroke-width="2.5" stroke-dasharray="${dashes}"/>`,
          text(left + 38, at, words, { ink }),
        ];
      }),
    ],
    inks,
  );
}

/** Until it has gone back, or has everything. */
const lengthOf = ({ deeds }: Rollout): number => Math.round(deeds.at(-1)!.atMs / 60_000);

const count = ({ failed }: Rollout): string => failed.toLocaleString('en-US');

function stairs({ deeds }: Rollout, stroke: string, dashes: string): string {
  const points = [`${left},${bottom}`];
  let percent = 0;
  for (const deed of deeds) {
    const at = x(deed.atMs / 60_000).toFixed(1);
    points.push(`${at},${y(percent).toFixed(1)}`, `${at},${y(deed.percent).toFixed(1)}`);
    percent = deed.percent;
  }
  points.push(`${right},${y(percent).toFixed(1)}`);
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${stroke}" stroke-width="2.5" stroke-linejoin="round" stroke-dasharray="${dashes}"/>`;
}
