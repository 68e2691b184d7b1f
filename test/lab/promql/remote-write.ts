/** Prometheus remote write 1.0, as much of it as a test needs: protobuf by hand, in snappy frames that compress nothing. */

/** Says that a series has ended, as Prometheus does when a target is gone. */
export const stale = Symbol('stale');

export interface WrittenSeries<Value = number | typeof stale> {
  readonly metric: Readonly<Record<string, string>>;
  /** Instant in milliseconds and value, oldest first. */
  readonly samples: readonly (readonly [number, Value])[];
}

/** Throws with Prometheus' words when it refuses. Samples must not be older than what was written before. */
export const remoteWrite = (url: string, series: readonly WrittenSeries[]): Promise<void> =>
  writeSeries(
    url,
    series.map(({ metric, samples }) =>
      timeSeries(
        metric,
        samples.map(([atMs, value]) => field(2, sample(atMs, value))),
      ),
    ),
  );

/** Time series as they are encoded. */
export async function writeSeries(url: string, series: readonly Buffer[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: snappyLiteral(Buffer.concat(series.map((one) => field(1, one)))),
  });
  if (!response.ok) throw new Error(`remote write: ${response.status} ${await response.text()}`);
}

/** Labels in order, then the fields of its samples or histograms. */
export function timeSeries(metric: Readonly<Record<string, string>>, values: readonly Buffer[]): Buffer {
  const labels = Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([
    ...labels.map(([name, value]) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
    ),
    ...values,
  ]);
}

function sample(atMs: number, value: number | typeof stale): Buffer {
  const double = Buffer.alloc(8);
  // The one NaN that Prometheus takes for the end of a series.
  if (value === stale) double.writeBigUInt64LE(0x7ff0000000000002n);
  else double.writeDoubleLE(value);
  return Buffer.concat([varint((1 << 3) | 1), double, varint(2 << 3), varint(atMs)]);
}

/** A length-delimited protobuf field. */
export function field(number: number, body: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(body.length), body]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Snappy's block format with literals only: the whole length, then pieces of up to 64 KiB with their own. */
function snappyLiteral(body: Buffer): Buffer {
  const pieces: Buffer[] = [varint(body.length)];
  for (let at = 0; at < body.length; at += 0x10000) {
    const piece = body.subarray(at, at + 0x10000);
    const lengthLess1 = piece.length - 1;
    pieces.push(Buffer.from([61 << 2, lengthLess1 & 0xff, lengthLess1 >> 8]), piece);
  }
  return Buffer.concat(pieces);
}
