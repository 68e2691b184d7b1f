/** Lines about instances that were killed for want of memory: how they are asked for, and what is read of them. Pure. */
import { type Json, list, record } from '../facts/json.ts';
import type { ServiceRef } from '../facts/service.ts';
import { iso } from '../facts/time.ts';

export const pageSize = 1000;

/** One instance, killed. */
export interface Kill {
  readonly atMs: number;
  readonly revision: string;
}

export interface Page {
  readonly kills: readonly Kill[];
  /** null: there is no further page. */
  readonly next: string | null;
}

/** What is asked for: the newest first, from `fromMs` up to and without `toMs`. */
export function questionOf(
  { project, region, name }: ServiceRef,
  fromMs: number,
  toMs: number,
  pageToken: string | null,
): Json {
  const filter = [
    'resource.type="cloud_run_revision"',
    `resource.labels.service_name=${quoted(name)}`,
    `resource.labels.location=${quoted(region)}`,
    // What a service itself writes as text has no severity, so it cannot pass for Cloud Run's own words.
    'severity>=ERROR',
    'textPayload:"Memory limit of"',
    `timestamp>=${quoted(iso(fromMs))}`,
    `timestamp<${quoted(iso(toMs))}`,
  ];
  return {
    resourceNames: [`projects/${project}`],
    filter: filter.join(' AND '),
    orderBy: 'timestamp desc',
    pageSize,
    ...(pageToken !== null && { pageToken }),
  };
}

/** Names come from people: nothing of them may end the string. */
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

export function pageOf({ entries, nextPageToken }: Json): Page {
  const kills = list(entries).flatMap((entry): Kill[] => {
    const { timestamp, resource } = record(entry);
    const { revision_name: revision } = record(record(resource).labels);
    const atMs = Date.parse(String(timestamp));
    return typeof revision === 'string' && revision !== '' && Number.isFinite(atMs) ? [{ atMs, revision }] : [];
  });
  return { kills, next: typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : null };
}

export function countedBy(kills: readonly Kill[], fromMs: number, toMs: number): Record<string, number> {
  const byRevision = new Map<string, number>();
  for (const { atMs, revision } of kills) {
    if (atMs >= fromMs && atMs < toMs) byRevision.set(revision, (byRevision.get(revision) ?? 0) + 1);
  }
  return Object.fromEntries(byRevision);
}
