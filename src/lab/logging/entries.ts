/** Cloud Logging's `entries:list` on the simulated world, which logs nothing but instances that are killed for want of memory. */
import type { ServiceRef } from '../../facts/service.ts';
import { iso } from '../../facts/time.ts';
import { type JsonObject, listIn } from '../world/json.ts';
import { killsOf, type RevisionKill } from '../world/kills.ts';
import { invalid } from '../world/refusal.ts';
import type { World } from '../world.ts';
import { filterIn } from './filter.ts';

const usualPage = 50;
const mostOnPage = 1000;
const orders = ['timestamp asc', 'timestamp desc'];

/** Throws Refusal. */
export function listEntries(world: World, question: JsonObject): JsonObject {
  world.checkLogs();
  const { filter = '', orderBy = 'timestamp asc', pageSize = usualPage, pageToken = '0' } = question;
  const projects = projectsIn(question);
  if (!orders.includes(String(orderBy))) throw invalid(`order_by: must be one of ${orders.join(', ')}`);
  const [from, size] = [Number(pageToken || 0), Number(pageSize)];
  if (!Number.isInteger(from) || from < 0) throw invalid('page_token: not one of ours');
  if (!Number.isInteger(size) || size < 1 || size > mostOnPage)
    throw invalid(`page_size: must be from 1 to ${mostOnPage}`);
  const found = entriesOf(world, projects).filter(filterIn(String(filter)));
  const sorted = found.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
  if (orderBy === 'timestamp desc') sorted.reverse();
  const entries = sorted.slice(from, from + size).map((entry) => ({ ...entry }));
  return {
    ...(entries.length > 0 && { entries }),
    ...(from + size < sorted.length && { nextPageToken: String(from + size) }),
  };
}

function projectsIn({ resourceNames }: JsonObject): readonly string[] {
  const names = listIn(resourceNames).map(String);
  if (names.length === 0) throw invalid('resource_names: at least one is required, as in projects/acme');
  return names.map((name) => {
    const project = /^projects\/([^/]+)$/.exec(name)?.[1];
    if (project === undefined) throw invalid(`resource_names: '${name}' is no project`);
    return project;
  });
}

const entriesOf = (world: World, projects: readonly string[]) =>
  world.services
    .filter(({ ref }) => projects.includes(ref.project))
    .flatMap((service) => killsOf(service, 0, Number.POSITIVE_INFINITY).map((kill) => entryOf(service.ref, kill)));

const entryOf = (
  { project, region, name }: ServiceRef,
  { revision, instance, atMs, usedMib, limitMib }: RevisionKill,
) => ({
  insertId: instance,
  timestamp: iso(atMs),
  resource: {
    type: 'cloud_run_revision',
    labels: {
      project_id: project,
      location: region,
      service_name: name,
      revision_name: revision,
      configuration_name: name,
    },
  },
  labels: { instanceId: instance },
  severity: 'ERROR',
  logName: `projects/${project}/logs/run.googleapis.com%2Fvarlog%2Fsystem`,
  textPayload:
    `Memory limit of ${Math.round(limitMib)} MiB exceeded with ${Math.ceil(usedMib)} MiB used. Consider increasing the memory limit, ` +
    'see https://cloud.google.com/run/docs/configuring/memory-limits',
});
