/** The databases that a policy names by Cloud SQL's own metrics; without any the person on call has to choose one. */
import type { Policy } from '../../policy/policy.ts';
import { filledIn } from './markdown.ts';

export interface Database {
  /** What has to be run before: nothing, where the instance is known. */
  readonly chosen: readonly string[];
  /** The instance and its project, as gcloud takes them. */
  readonly at: string;
}

/** `acme:main`, or `main` of the service's own project. */
const identities: ReadonlySet<string> = new Set(['database_id', 'resource_id']);

export function databasesOf({ service, shared }: Policy): readonly Database[] {
  const ids = shared.flatMap(({ counters: { bad, total } }) =>
    [...bad, ...total].flatMap(({ counter: { name, matchers } }) =>
      name.startsWith('cloudsql_googleapis_com:')
        ? matchers.filter(({ label, op }) => identities.has(label) && op === '=')
        : [],
    ),
  );
  const known = [...new Set(ids.map(({ value }) => value))].flatMap((id): Database[] => {
    const [, project = service.project, instance] = /^(?:([a-z][a-z0-9.:-]*):)?([a-z][a-z0-9-]*)$/.exec(id) ?? [];
    return instance === undefined ? [] : [{ chosen: [], at: `${instance} --project ${project}` }];
  });
  if (known.length > 0) return known;
  const project = `--project ${service.project}`;
  const chosen = [`gcloud sql instances list ${project}`, 'INSTANCE=  # one of these'];
  return [{ chosen, at: `${filledIn('INSTANCE')} ${project}` }];
}
