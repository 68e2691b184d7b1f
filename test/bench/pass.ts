/**
 * What one look at a policy for which nothing goes on costs, among 10, 1,000 and 10,000 of them. The operator's own classes in
 * this process (pass/fleet.ts), from the alarm of the queue to its next one.
 */

import type { BenchOptions, Row } from './main.ts';
import { allocated } from './pass/allocated.ts';
import { type Counted, counted } from './pass/counted.ts';
import { Fleet } from './pass/fleet.ts';

/** Of one size before it is another's turn: what else the machine does hits all, and none has its caches to itself. */
const inTurn = 10;
const bars = { bytes: 1.1, source: 1.1, time: 2, ms: 0.2 };

export async function pass({ quick }: BenchOptions, onCell: (cell: Record<string, unknown>) => void): Promise<Row[]> {
  const sizes = quick ? [10, 100, 1_000] : [10, 1_000, 10_000];
  const looks = quick ? 2_000 : 10_000;
  const runs = 5;
  onCell({
    cell: 'how',
    text:
      `Idle looks, one after the other on one thread, from one alarm of the queue to the next. Time: the median of ${runs} runs ` +
      `of ${looks} looks, ${inTurn} of a size in turn, collections included; beside it that of the processors. Bytes: how V8's heap grows between collections, ` +
      `over ${looks} looks. Characters: of the project's source, as often as they are run, over one look at each policy. ` +
      'Network, the end of the log and the timers of the system are left out. Nothing is left to chance, so that the seed changes nothing.',
  });
  const fleets = await Promise.all(sizes.map((size) => Fleet.of(size)));
  await timed(fleets, 2_000);
  const bytes: number[] = [];
  for (const fleet of fleets) bytes.push(await bytesPerLook(fleet, looks));
  const times: Time[][] = sizes.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [i, time] of (await timed(fleets, looks)).entries()) times[i]!.push(time);
  }
  const counts = await Promise.all(sizes.map(counted));
  const cells = sizes.map((policies, i): Cell => {
    const ms = times[i]!.map((time) => time.ms).toSorted((a, b) => a - b);
    const cpuMs = times[i]!.map((time) => time.cpuMs).toSorted((a, b) => a - b);
    const cell = { ...counts[i]!, bytesPerLook: Math.round(bytes[i]!), msPerLook: fourDigits(median(ms)) };
    onCell({ cell: policies, ...cell, msOfRuns: ms.map(fourDigits), cpuMsPerLook: fourDigits(median(cpuMs)) });
    return { policies, ...cell };
  });
  return rowsOf(cells);
}

interface Cell extends Counted {
  readonly policies: number;
  readonly bytesPerLook: number;
  readonly msPerLook: number;
}

function rowsOf(cells: readonly Cell[]): Row[] {
  const [few, ...more] = cells as [Cell, ...Cell[]];
  const row = (what: string, value: number, unit: string, bar: number): Row => ({
    what,
    value: fourDigits(value),
    unit,
    bar,
    ok: value <= bar,
  });
  return more.flatMap((many) => {
    const against = `a look among ${many.policies}`;
    const ratio = (of: (cell: Cell) => number) => of(many) / of(few);
    return [
      {
        ...row(`${against}: policies visited`, many.visited, 'policies', few.visited),
        ok: many.visited === few.visited,
      },
      row(
        `${against}: bytes allocated`,
        ratio((cell) => cell.bytesPerLook),
        `times those among ${few.policies}`,
        bars.bytes,
      ),
      row(
        `${against}: source gone through`,
        ratio((cell) => cell.charactersPerLook),
        `times that among ${few.policies}`,
        bars.source,
      ),
      row(
        `${against}: time`,
        ratio((cell) => cell.msPerLook),
        `times that among ${few.policies}`,
        bars.time,
      ),
      row(`${against}: time`, many.msPerLook, 'ms', bars.ms),
    ];
  });
}

/** In whole rounds over all policies. */
async function bytesPerLook(fleet: Fleet, looks: number): Promise<number> {
  const atOnce = Math.max(100, fleet.size);
  let bytes = 0;
  for (let done = 0; done < looks; done += atOnce) {
    await fleet.ready(atOnce);
    bytes += await allocated(() => fleet.idle(atOnce));
  }
  return bytes / looks;
}

/** Of a look: by the wall's clock, and of the processors, which is what it would be if nothing else ran here. */
interface Time {
  readonly ms: number;
  readonly cpuMs: number;
}

async function timed(fleets: readonly Fleet[], looks: number): Promise<Time[]> {
  const took = fleets.map(() => ({ ms: 0, cpuMs: 0 }));
  for (let done = 0; done < looks; done += inTurn) {
    for (const [i, fleet] of fleets.entries()) {
      await fleet.ready(inTurn);
      const begunMs = performance.now();
      const before = process.cpuUsage();
      await fleet.idle(inTurn);
      const { user, system } = process.cpuUsage(before);
      took[i]!.cpuMs += (user + system) / 1000 / looks;
      took[i]!.ms += (performance.now() - begunMs) / looks;
    }
  }
  return took;
}

/** Of an odd number, in order. */
const median = (values: readonly number[]): number => values[(values.length - 1) / 2]!;
const fourDigits = (value: number): number => Number(value.toPrecision(4));
