import { describe, expect, test } from 'vitest';
import { readingIn, seriesIn, Unreadable } from '../../../src/lab/past/line.ts';

describe('A line of a recording', () => {
  test.each([
    ['a_total 1 2', { series: 'a_total', value: 1, atMs: 2000 }],
    ['a_total{} 0 1767225600.25', { series: 'a_total{}', value: 0, atMs: 1_767_225_600_250 }],
    ['a:b{c="d",e="f g"} 1.5e3 1e9\r', { series: 'a:b{c="d",e="f g"}', value: 1500, atMs: 1e12 }],
    ['  a{b="} 1 2"}   3\t4', { series: 'a{b="} 1 2"}', value: 3, atMs: 4000 }],
    ['a{b="c # d"} 1 2 # {trace_id="x"} 0.67 3', { series: 'a{b="c # d"}', value: 1, atMs: 2000 }],
    ['', null],
    ['# TYPE a counter', null],
    ['# EOF', null],
  ])('%j is read', (line, reading) => {
    expect(readingIn(line)).toEqual(reading);
  });

  test.each([
    ['a_total', 'is no sample of a counter; write it like http_requests_total{'],
    ['a_total{b="c"}', 'is no sample of a counter'],
    ['a_total 1', 'write the time behind the value, in seconds'],
    ['a_total{b="c"} 1 # {trace_id="x"} 1', 'write the time behind the value'],
    ['a_total 1 2 3', 'is no sample'],
    ['a_total{b="c"}1 2', 'is no sample'],
    ['{"metric":{"__name__":"a"},"values":[1],"timestamps":[2]}', 'is no sample'],
    ['a_total NaN 2', '"NaN" where the value belongs'],
    ['a_total +Inf 2', '"+Inf" where the value belongs'],
    ['a_total -1 2', 'not below zero'],
    ['a_total one 2', 'leave out what is none'],
    ['a_total 1 1767225600000', 'must be milliseconds; divide it by 1000: times are in seconds'],
    ['a_total 1 1767225600000000', 'must be microseconds; divide it by 1000000: times are in seconds'],
    ['a_total 1 1767225600000000000', 'must be nanoseconds; divide it by 1000000000: times are in seconds'],
    ['a_total 1 1.7672256e18', 'must be nanoseconds; divide it by 1000000000: times are in seconds'],
    ['a_total 1 2026-01-01T00:00:00Z', 'seconds since 1970'],
    ['a_total 1 -5', 'seconds since 1970'],
  ])('%j is refused, and what to do is said', (line, words) => {
    expect(() => readingIn(line)).toThrow(Unreadable);
    expect(() => readingIn(line)).toThrow(words);
  });

  test.each([
    ['a', 'a', {}],
    ['a{}', 'a', {}],
    ['a{ b="c" , d="e", }', 'a', { b: 'c', d: 'e' }],
    ['a {b="q\\"\\\\\\n}"}', 'a', { b: 'q"\\\n}' }],
    ['run_googleapis_com:request_count{b=""}', 'run_googleapis_com:request_count', { b: '' }],
  ])('%j names its series', (text, name, labels) => {
    expect(seriesIn(text)).toEqual({ name, labels });
  });

  test.each([
    ['{__name__="a",b="c"}', 'write it before the labels'],
    ['9a{b="c"}', 'does not begin with the name'],
    ['a{b=c}', 'cannot be read from "b=c}" on'],
    ['a{b="c" d="e"}', 'cannot be read from "b=\\"c\\" d'],
    ['a{b="c",,d="e"}', 'cannot be read from ",d='],
    ['a-b{c="d"}', 'cannot be read'],
    ['a{b="c",b="d"}', 'has the label b twice'],
  ])('%j names none', (text, words) => {
    expect(() => seriesIn(text)).toThrow(Unreadable);
    expect(() => seriesIn(text)).toThrow(words);
  });
});
