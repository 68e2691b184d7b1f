/**
 * What was counted before a world began: recorded counters, read line by line into the store in which the world goes on. A
 * counter may begin anew at any sample, and be born at any. Pure.
 */
import { isGoogles } from '../metrics/platform.ts';
import { type SeriesFilter, type SeriesHandle, SeriesStore } from '../series/store.ts';
import { isEnd, readingIn, sampleLine, seriesIn, Unreadable } from './line.ts';

export interface Past {
  /** A world that is given it goes on in it: one past, one world. */
  readonly store: SeriesStore;
  readonly firstMs: number;
  readonly endMs: number;
  /** The metrics of which anything is recorded. */
  readonly metrics: ReadonlySet<string>;
  readonly series: number;
  readonly samples: number;
}

/** One series as it is read. */
interface Growing {
  readonly handle: SeriesHandle;
  readonly atLeastApartMs: number;
  lastMs: number;
}

/** Google has its own metrics once a minute. */
const minuteMs = 60_000;

export class PastReader {
  readonly #store = new SeriesStore();
  readonly #metrics = new Set<string>();
  /** As it is written, and by what is meant: the labels may be in another order. */
  readonly #written = new Map<string, Growing>();
  readonly #meant = new Map<SeriesHandle, Growing>();
  #firstMs = Number.POSITIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;
  #samples = 0;
  #isOver = false;

  /** Throws Unreadable. */
  read(line: string): void {
    const reading = readingIn(line);
    this.#isOver ||= isEnd(line);
    if (reading === null) return;
    if (this.#isOver) {
      throw new Unreadable(
        'stands behind # EOF, which ends a recording; where two were joined, remove the # EOF of the first: the samples of each series have to be sorted by time',
      );
    }
    const { series, atMs, value } = reading;
    const growing = this.#written.get(series) ?? this.#begun(series);
    if (!(atMs > growing.lastMs)) {
      const [now, before] = [atMs, growing.lastMs].map((ms) => new Date(ms).toISOString());
      throw new Unreadable(`is of ${now}, and ${series} had come to ${before} already; sort its samples by time`);
    }
    if (atMs - growing.lastMs < growing.atLeastApartMs) {
      throw new Unreadable(
        `comes ${(atMs - growing.lastMs) / 1000} s after the one before; Google has its own metrics once a minute: record them with a step of 60 s`,
      );
    }
    growing.handle.append(atMs, value);
    growing.lastMs = atMs;
    this.#firstMs = Math.min(this.#firstMs, atMs);
    this.#endMs = Math.max(this.#endMs, atMs);
    this.#samples++;
  }

  /** Throws Unreadable where there was nothing. */
  end(): Past {
    if (this.#samples === 0) throw new Unreadable(`holds no sample; write lines like ${sampleLine}`);
    // What a counter shows when the recording begins was counted before; one that comes later has begun at zero.
    for (const { series } of this.#store.select(everything)) {
      for (const one of series) one.isCut = one.times[one.from]! < this.#firstMs + minuteMs;
    }
    return {
      store: this.#store,
      firstMs: this.#firstMs,
      endMs: this.#endMs,
      metrics: this.#metrics,
      series: this.#meant.size,
      samples: this.#samples,
    };
  }

  #begun(written: string): Growing {
    const { name, labels } = seriesIn(written);
    const handle = this.#store.series(name, labels);
    const atLeastApartMs = isGoogles(name) ? minuteMs : 0;
    const growing = this.#meant.get(handle) ?? { handle, atLeastApartMs, lastMs: Number.NEGATIVE_INFINITY };
    this.#meant.set(handle, growing);
    this.#written.set(written, growing);
    this.#metrics.add(name);
    return growing;
  }
}

const everything: SeriesFilter = { name: null, matchesName: () => true, matches: () => true };
