/** Two runs of the same days, one above the other, as an SVG. */
import { tunedText } from '../../../src/facts/change.ts';
import type { Days } from './days.ts';
import { type Colours, document, text } from './svg.ts';

const [width, height] = [600, 432];
const [left, right] = [44, 580];
const bucketMinutes = 10;
const limitPercent = 80;

/** A panel's place, from its top to its bottom, and what its top stands for. */
interface Panel {
  readonly top: number;
  readonly bottom: number;
  readonly most: number;
}

const full = { top: 46, bottom: 226, most: 100 };

export function picture(untuned: Days, tuned: Days, inks: Colours): string {
  const minutes = untuned.saturation.length;
  const most = Math.max(...means(untuned.instances), ...means(tuned.instances));
  const count = { top: 276, bottom: 342, most };
  const x = (minute: number): number => left + ((right - left) * minute) / minutes;
  const line = (values: readonly number[], panel: Panel, ink: string) => pathOf(values, x, panel, ink);
  const body = [
    title(full.top, 'How full the p95 instance is, percent', inks),
    ...grid([0, 20, 40, 60, 80, 100], full, inks),
    title(count.top, 'Instances', inks),
    ...grid([0, Math.floor(most)], count, inks),
    ...hours(minutes, x, count.bottom, inks),
    limit(inks),
    line(untuned.saturation, full, inks.untuned),
    line(tuned.saturation, full, inks.tuned),
    line(untuned.instances, count, inks.untuned),
    line(tuned.instances, count, inks.tuned),
    names(inks),
    ...tuned.changes.map(({ minute }, i) => mark(i + 1, x(minute), yOf(tuned.saturation[minute]!, full), inks)),
    text(left, height - 36, overText(untuned, tuned), { ink: inks.text }),
    changesText(tuned, inks),
  ];
  return document({ width, height }, overText(untuned, tuned), body, inks);
}

function overText(untuned: Days, tuned: Days): string {
  const [one, other] = [untuned, tuned].map(({ saturation }) =>
    saturation.filter((percent) => percent > limitPercent).length.toLocaleString('en-US'),
  );
  const all = untuned.saturation.length.toLocaleString('en-US');
  return `Of ${all} minutes over ${limitPercent} %: ${one} untuned, ${other} tuned.`;
}

const yOf = (value: number, { top, bottom, most }: Panel): number => bottom - ((bottom - top) * value) / most;

/** Of ten minutes each. */
const means = (values: readonly number[]): number[] =>
  Array.from({ length: Math.ceil(values.length / bucketMinutes) }, (_, i) => {
    const some = values.slice(i * bucketMinutes, (i + 1) * bucketMinutes);
    return some.reduce((sum, value) => sum + value, 0) / some.length;
  });

function pathOf(values: readonly number[], x: (minute: number) => number, panel: Panel, ink: string): string {
  const points = means(values).map(
    (value, i) => `${x((i + 0.5) * bucketMinutes).toFixed(1)},${yOf(value, panel).toFixed(1)}`,
  );
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${ink}" stroke-width="2" stroke-linejoin="round"/>`;
}

const title = (top: number, words: string, { text: ink }: Colours): string =>
  text(left, top - 18, words, { ink, weight: 600 });

const grid = (values: readonly number[], panel: Panel, { text: ink, faint }: Colours): string[] =>
  values.flatMap((value) => {
    const y = yOf(value, panel);
    return [
      `<line x1="${left}" x2="${right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="${faint}"/>`,
      text(left - 10, y + 5, `${value}`, { ink, anchor: 'end' }),
    ];
  });

const hours = (minutes: number, x: (minute: number) => number, bottom: number, { text: ink }: Colours): string[] =>
  Array.from({ length: Math.floor(minutes / 720) + 1 }, (_, i) =>
    text(x(720 * i), bottom + 22, `${12 * i} h`, { ink, anchor: 'middle' }),
  );

function limit({ text: ink }: Colours): string {
  const y = yOf(limitPercent, full).toFixed(1);
  return `<line x1="${left}" x2="${right}" y1="${y}" y2="${y}" stroke="${ink}" stroke-width="1.5" stroke-dasharray="6 4"/>`;
}

/** Of the lines, in their colours. */
const names = ({ untuned, tuned }: Colours): string =>
  text(
    right,
    full.top - 18,
    `<tspan fill="${untuned}">untuned</tspan>&#160;&#160;<tspan fill="${tuned}">tuned</tspan>`,
    {
      ink: tuned,
      anchor: 'end',
      weight: 600,
    },
  );

const mark = (number: number, x: number, y: number, { tuned, ground }: Colours): string =>
  `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="9" fill="${tuned}"/>${text(x, y + 5, `${number}`, { ink: ground, anchor: 'middle', weight: 700 })}`;

/** What each of the marks stands for. */
const changesText = ({ changes }: Days, { text: ink }: Colours): string =>
  text(left, height - 14, changes.map(({ set }, i) => `${i + 1}: ${tunedText(set)}`).join(' &#160; '), { ink });
