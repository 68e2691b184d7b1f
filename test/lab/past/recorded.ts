/** Five weeks of recorded counters, made anew for each test: what happened minute by minute, and the lines that tell of it. */
import { type Past, PastReader } from '../../../src/lab/past/past.ts';
import type { Labels } from '../../../src/lab/series/labels.ts';
import { Random } from '../../../src/scenario/random.ts';

export const minuteMs = 60_000;
export const dayMs = 86_400_000;
export const days = 35;
export const startMs = Date.parse('2026-03-01T00:00:00Z');
export const endMs = startMs + days * dayMs;

/** What happened in a minute; all that is slow is good, and all that is bad is quick. */
export interface Minute {
  readonly total: number;
  readonly bad: number;
  readonly slow: number;
}

/** How a service lives: requests in the minute of this number, and the chances that one of them is bad, or slow. */
export interface Life {
  readonly rpm: (minute: number) => number;
  readonly bad: (minute: number) => number;
  readonly slow: (minute: number) => number;
}

const hourOf = (minute: number): number => Math.floor(minute / 60) % 24;
const dayOf = (minute: number): number => Math.floor(minute / 1440);

/** By day twice what it is at night; two hours a week fail, one evening is slow, and half an hour of the 33rd day is an outage. */
const busy: Life = {
  rpm: (minute) => 3000 * (1 + 0.5 * Math.sin((2 * Math.PI * minute) / 1440)),
  bad: (minute) => {
    if (dayOf(minute) === 33 && hourOf(minute) === 3 && minute % 60 < 30) return 0.6;
    return dayOf(minute) % 3 === 1 && hourOf(minute) === 14 ? 0.02 : 0.0004;
  },
  slow: (minute) => (dayOf(minute) % 5 === 2 && hourOf(minute) >= 20 ? 0.2 : 0.02),
};

export const lives = {
  busy,
  /** One hour a day has a hundred times the traffic of the others, and most of the trouble. */
  'a busy hour': {
    rpm: (minute: number) => (hourOf(minute) === 12 ? 60_000 : 600),
    bad: (minute: number) => (hourOf(minute) === 12 && dayOf(minute) % 4 === 0 ? 0.05 : 0.0002),
    slow: () => 0.01,
  },
  /** A request every five minutes, one in fifty of them bad. */
  thin: { rpm: () => 0.2, bad: () => 0.02, slow: () => 0.05 },
} satisfies Record<string, Life>;

export type LifeName = keyof typeof lives;

export function minutesOf(name: LifeName): readonly Minute[] {
  const life: Life = lives[name];
  const random = new Random(35, name);
  return Array.from({ length: days * 1440 }, (_, minute) => {
    const total = random.poisson(life.rpm(minute));
    const bad = random.binomial(total, life.bad(minute));
    return { total, bad, slow: random.binomial(total - bad, life.slow(minute)) };
  });
}

/** A counter: what it grew by in each minute, and the minutes with which it begins anew. */
export interface Recorded {
  readonly name: string;
  readonly labels: Labels;
  readonly grown: (minute: Minute) => number;
  /** What it has counted when the recording begins; null: it is born with the first that it counts. */
  readonly before: number | null;
  readonly anew: (minute: number) => boolean;
}

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

const golden = (Math.sqrt(5) - 1) / 2;

/** `offsetMs`: so long after each whole minute, or part of one, it is read, and what happened since then is in the next reading. */
export function samplesOf(
  { grown, before, anew }: Recorded,
  minutes: readonly Minute[],
  offsetMs = 0,
  perMinute = 1,
): Sample[] {
  let value = before ?? 0;
  const samples: Sample[] = before === null ? [] : [{ atMs: startMs + offsetMs, value }];
  for (const [i, minute] of minutes.entries()) {
    if (anew(i)) value = 0;
    const growth = grown(minute);
    for (let part = 1; part <= perMinute; part++) {
      // Whatever comes in a minute comes anywhere in it, not in step with whoever looks.
      const shown = value + (part < perMinute ? Math.floor((growth * part) / perMinute + ((i * golden) % 1)) : growth);
      const atMs = startMs + (i + part / perMinute) * minuteMs + offsetMs;
      if (samples.length > 0 || shown > 0) samples.push({ atMs, value: shown });
    }
    value += growth;
  }
  return samples;
}

const never = () => false;
const halfOf = (count: number, instance: number): number => (instance === 0 ? Math.floor : Math.ceil)(count / 2);

const cloudRun = {
  monitored_resource: 'cloud_run_revision',
  project_id: 'acme',
  location: 'europe-west1',
  service_name: 'api',
  configuration_name: 'api',
};

/** Of Cloud Run, of one revision; and of the app, of two instances, the second of which begins anew in place once a week. */
export function countersOf(): Recorded[] {
  const platform = (['2xx', '5xx'] as const).map((response_code_class): Recorded => {
    const labels = { ...cloudRun, revision_name: 'api-00000-old', response_code_class };
    const grown = ({ total, bad }: Minute) => (response_code_class === '5xx' ? bad : total - bad);
    return { name: 'run_googleapis_com:request_count', labels, grown, before: 1000, anew: never };
  });
  const app = [0, 1].flatMap((instance) => {
    const labels = { job: 'api', instance: `10.0.0.${instance}:8080`, revision_name: 'api-00000-old', route: '/' };
    const anew = instance === 1 ? (minute: number) => minute % 10_007 === 4711 : never;
    const before = instance === 1 ? 0 : 1e6;
    const of = (name: string, more: Labels, count: (minute: Minute) => number): Recorded => {
      const grown = (minute: Minute) => halfOf(count(minute), instance);
      return { name, labels: { ...labels, ...more }, grown, before, anew };
    };
    const bucket = (le: string, count: (minute: Minute) => number) =>
      of('http_server_duration_seconds_bucket', { le }, count);
    return [
      of('http_requests_total', { status: '200' }, ({ total, bad }) => total - bad),
      of('http_requests_total', { status: '500' }, ({ bad }) => bad),
      bucket('0.1', ({ total, slow }) => Math.floor((total - slow) / 2)),
      bucket('0.3', ({ total, slow }) => total - slow),
      bucket('1.0', ({ total }) => total),
      bucket('+Inf', ({ total }) => total),
    ];
  });
  return [...platform, ...app];
}

/** As OpenMetrics has it, one series after the other. */
export function* linesOf(counters: readonly Recorded[], minutes: readonly Minute[], offsetMs = 0): Generator<string> {
  for (const counter of counters) {
    const labels = Object.entries(counter.labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    for (const { atMs, value } of samplesOf(counter, minutes, offsetMs)) {
      yield `${counter.name}{${labels.join(',')}} ${value} ${atMs / 1000}`;
    }
  }
  yield '# EOF';
}

/** As a lab that is given the lines has it. */
export function pastOf(counters: readonly Recorded[], minutes: readonly Minute[], offsetMs = 0): Past {
  const reader = new PastReader();
  for (const line of linesOf(counters, minutes, offsetMs)) reader.read(line);
  return reader.end();
}

/** What happened in (fromMs, toMs], both whole minutes. */
export function happened(minutes: readonly Minute[], fromMs: number, toMs: number): Minute {
  const [from, to] = [fromMs, toMs].map((ms) => Math.max(0, Math.round((ms - startMs) / minuteMs)));
  const sum = { total: 0, bad: 0, slow: 0 };
  for (const { total, bad, slow } of minutes.slice(from, to)) {
    sum.total += total;
    sum.bad += bad;
    sum.slow += slow;
  }
  return sum;
}
