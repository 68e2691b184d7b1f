/** `steadyrun lab truth`: what really happened to a service's users, and who changed it. */
import { tableFor } from '../../report/fit.ts';
import { asked, type LabChoice, labOf } from './door.ts';
import { count, shareOf, timeOfDay } from './words.ts';

export interface TruthOptions extends LabChoice {
  readonly json: boolean;
}

interface RevisionTruth {
  readonly requests: number;
  readonly errors: number;
  readonly slow: number;
  readonly connections: number;
  readonly disconnects: number;
  readonly percent: number;
}

interface Written {
  readonly at: string;
  readonly by: string;
  readonly kind: string;
  readonly body: unknown;
}

interface Truth {
  readonly now: string;
  readonly requests: number;
  readonly bad: number;
  readonly byRevision: Readonly<Record<string, RevisionTruth>>;
  readonly writes: readonly Written[];
}

const mostWrites = 12;

export async function labTruth(service: string, options: TruthOptions): Promise<number> {
  const truth = await asked<Truth>(await labOf(options), `/lab/v1/truth?service=${encodeURIComponent(service)}`);
  const text = options.json ? JSON.stringify(truth) : [...sums(service, truth), ...changes(truth.writes)].join('\n');
  process.stdout.write(`${text}\n`);
  return 0;
}

function sums(service: string, { now, requests, bad, byRevision }: Truth): string[] {
  const revisions = Object.entries(byRevision);
  const hasSockets = revisions.some(([, { connections }]) => connections > 0);
  const header = ['REVISION', 'TRAFFIC', 'REQUESTS', 'BAD', 'OVER 300 MS', ...(hasSockets ? ['DROPPED'] : [])];
  const rows = revisions.map(([name, one]) => [
    name,
    `${one.percent} %`,
    count(one.requests),
    shareOf(one.errors, one.requests),
    shareOf(one.slow, one.requests),
    ...(hasSockets ? [shareOf(one.disconnects, one.connections)] : []),
  ]);
  return [
    `${service} at ${timeOfDay(now)}: of ${count(requests)} requests since the lab began, ${shareOf(bad, requests)} were bad.`,
    '',
    ...tableFor(process.stdout, { heading: header, rows, right: header.slice(1) }),
  ];
}

/** The newest last. */
function changes(writes: readonly Written[]): string[] {
  if (writes.length === 0) return ['', 'Nobody has changed it.'];
  const rows = writes
    .slice(-mostWrites)
    .map(({ at, by, kind, body }) => [timeOfDay(at), author(by), whatOf(kind, body)]);
  const earlier = writes.length - rows.length;
  return [
    '',
    ...(earlier > 0 ? [`${count(earlier)} changes before these`] : []),
    ...tableFor(process.stdout, { heading: ['AT', 'WHO', 'CHANGED'], rows, names: 2 }),
  ];
}

/** Of a client that says a lot about itself, its name. */
const author = (by: string): string => /gcloud\/[\d.]+/.exec(by)?.[0] ?? by.split(' ')[0]!;

function whatOf(kind: string, body: unknown): string {
  const split = kind.includes('traffic') ? splitIn(body) : '';
  return split === '' ? kind.replaceAll(',', ', ') : `${kind.replaceAll(',', ', ')}: ${split}`;
}

/** As v2 writes it, or as v1 does. */
function splitIn(body: unknown): string {
  const { traffic, spec } = (body ?? {}) as {
    readonly traffic?: unknown;
    readonly spec?: { readonly traffic?: unknown };
  };
  const targets = traffic ?? spec?.traffic;
  if (!Array.isArray(targets)) return '';
  return (targets as readonly Target[])
    .filter(({ percent = 0 }) => percent > 0)
    .map(
      ({ revision, revisionName, percent }) =>
        `${revision?.split('/').at(-1) ?? revisionName ?? 'LATEST'} ${percent} %`,
    )
    .join(', ');
}

interface Target {
  readonly revision?: string | null;
  readonly revisionName?: string;
  readonly percent?: number;
}
