/** Native histograms: observations in exponential buckets, their remote write, and a Prometheus that takes them. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RealPrometheus, startPrometheus } from '../lab/promql/real-prometheus.ts';

/** Eight buckets for each doubling: 0.25, 0.5 and 1 s are boundaries. */
const schema = 3;
/** From 4 ms to 16 s; all of them are always written. */
const range = { from: -8 * 2 ** schema, to: 4 * 2 ** schema };
/** What is faster is counted as nothing at all. */
const zeroThreshold = 2 ** (range.from / 2 ** schema);

/** By index, and the count of what took no time. */
export interface Exponential {
  readonly zero: number;
  readonly buckets: readonly number[];
}

export const empty: Exponential = { zero: 0, buckets: Array<number>(range.to - range.from).fill(0) };

export function observing({ zero, buckets }: Exponential, seconds: readonly number[]): Exponential {
  const counts = [...buckets];
  let none = zero;
  for (const value of seconds) {
    const index = Math.ceil(Math.log2(value) * 2 ** schema);
    if (value <= zeroThreshold) none++;
    else counts[Math.min(index, range.to) - range.from - 1]!++;
  }
  return { zero: none, buckets: counts };
}

export const countOf = ({ zero, buckets }: Exponential): number => buckets.reduce((sum, count) => sum + count, zero);

export interface WrittenHistograms {
  readonly metric: Readonly<Record<string, string>>;
  /** Instant in milliseconds and what was observed until then, oldest first. */
  readonly samples: readonly (readonly [number, Exponential])[];
}

/** Throws with Prometheus' words when it refuses. */
export async function writeHistograms(url: string, series: readonly WrittenHistograms[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: snappyLiteral(Buffer.concat(series.map((one) => field(1, timeSeries(one))))),
  });
  if (!response.ok) throw new Error(`remote write: ${response.status} ${await response.text()}`);
}

function timeSeries({ metric, samples }: WrittenHistograms): Buffer {
  const labels = Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([
    ...labels.map(([name, value]) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
    ),
    ...samples.map(([atMs, value]) => field(4, histogram(atMs, value))),
  ]);
}

/** prometheus.Histogram: integer counts, each bucket as the difference from the one before. */
function histogram(atMs: number, value: Exponential): Buffer {
  const { zero, buckets } = value;
  const deltas = buckets.map((count, index) => count - (buckets[index - 1] ?? 0));
  // The bucket of an index ends at its power: the first one is the next above the zero bucket.
  const span = Buffer.concat([number(1, zigzag(range.from + 1)), number(2, buckets.length)]);
  return Buffer.concat([
    number(1, countOf(value)),
    number(4, zigzag(schema)),
    double(5, zeroThreshold),
    number(6, zero),
    field(11, span),
    field(12, Buffer.concat(deltas.map((delta) => varint(zigzag(delta))))),
    number(15, atMs),
  ]);
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const number = (place: number, value: number): Buffer => Buffer.concat([varint(place << 3), varint(value)]);

function double(place: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint((place << 3) | 1), bytes]);
}

function field(place: number, body: Buffer): Buffer {
  return Buffer.concat([varint((place << 3) | 2), varint(body.length), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Snappy's block format with literals only. */
function snappyLiteral(body: Buffer): Buffer {
  const pieces: Buffer[] = [varint(body.length)];
  for (let at = 0; at < body.length; at += 0x10000) {
    const piece = body.subarray(at, at + 0x10000);
    const lengthLess1 = piece.length - 1;
    pieces.push(Buffer.from([61 << 2, lengthLess1 & 0xff, lengthLess1 >> 8]), piece);
  }
  return Buffer.concat(pieces);
}

/** Native histograms are a feature that has to be asked for. */
export async function startNative(program: string): Promise<RealPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'steadyrun-native-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const script = join(folder, 'prometheus');
    await writeFile(script, `#!/bin/sh\nexec '${program}' --enable-feature=native-histograms "$@"\n`);
    await chmod(script, 0o755);
    const prometheus = await startPrometheus(script);
    return { url: prometheus.url, stop: () => prometheus.stop().then(removeFolder) };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
