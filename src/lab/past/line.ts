/** One line of a recording of counters, as OpenMetrics writes it: `name{label="value"} value seconds`. Pure. */
import { finerThanSeconds } from '../../facts/time.ts';
import type { Labels } from '../series/labels.ts';

/** A line cannot be read: what is wrong with it, and what to do. */
export class Unreadable extends Error {}

export interface Reading {
  /** Name and labels as they are written. */
  readonly series: string;
  readonly atMs: number;
  readonly value: number;
}

export const sampleLine = 'http_requests_total{job="api",status="200"} 1027 1767225600';

/** Name and labels, value, time, and what may stand behind: an example of what was counted. */
const samplePattern = /^([^\s{]*(?:\s*\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?)\s+(\S+)(?:\s+(\S+))?(?:\s+#.*)?$/;

/** Behind it OpenMetrics has nothing. */
export const isEnd = (line: string): boolean => line.trim() === '# EOF';

/** null: there is nothing to read in it. Throws Unreadable. */
export function readingIn(line: string): Reading | null {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return null;
  const [, series, value, seconds] = samplePattern.exec(text) ?? [];
  if (series === undefined) throw new Unreadable(`is no sample of a counter; write it like ${sampleLine}`);
  if (seconds === undefined || seconds === '#') {
    throw new Unreadable(`does not say when that was; write the time behind the value, in seconds, like ${sampleLine}`);
  }
  return { series, atMs: timeMs(seconds), value: count(value!) };
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Unreadable(
    `has ${JSON.stringify(text)} where the value belongs; a counter shows a finite number, not below zero: leave out what is none`,
  );
}

function timeMs(text: string): number {
  const seconds = Number(text);
  const finer = finerThanSeconds(seconds);
  if (seconds > 0 && finer === null) return Math.round(seconds * 1000);
  if (finer !== null) {
    const { unit, divisor } = finer;
    throw new Unreadable(`has the time ${text}, which must be ${unit}; divide it by ${divisor}: times are in seconds`);
  }
  throw new Unreadable(`has ${JSON.stringify(text)} where its time belongs; write seconds since 1970, like 1767225600`);
}

const namePattern = /^[a-zA-Z_:][\w:]*/;
const labelPattern = /([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\[\\"n])*)"\s*(,\s*|(?=\}))/y;

/** Name and labels of a reading's series. Throws Unreadable. */
export function seriesIn(text: string): { readonly name: string; readonly labels: Labels } {
  const name = namePattern.exec(text)?.[0];
  const rest = text.slice(name?.length ?? 0).trim();
  if (name === undefined) {
    throw new Unreadable(`does not begin with the name of a metric; write it before the labels, like ${sampleLine}`);
  }
  return { name, labels: rest === '' ? {} : labelsIn(rest) };
}

function labelsIn(text: string): Labels {
  const labels: Record<string, string> = {};
  let at = 1 + (text.slice(1).match(/^\s*/)?.[0].length ?? 0);
  while (at < text.length - 1) {
    labelPattern.lastIndex = at;
    const [whole, label, value] = labelPattern.exec(text) ?? [];
    if (label === undefined || !text.startsWith('{')) {
      throw new Unreadable(
        `has labels that cannot be read from ${JSON.stringify(text.slice(at, at + 20))} on; write {label="value",…}`,
      );
    }
    if (label in labels) throw new Unreadable(`has the label ${label} twice; leave one out`);
    labels[label] = unescaped(value!);
    at += whole!.length;
  }
  return labels;
}

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
