/** What kubectl asks before it asks anything. */
import type { JsonObject } from './object.ts';
import { openApi, openApiIndex, openApiPath } from './openapi.ts';
import { groupVersion, served, sloPolicies } from './resources.ts';

const servedVerbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** The answer to a path that describes the API itself; undefined: it is none. */
export function discover(path: string): JsonObject | undefined {
  const groups = [...new Set(served.map(({ group }) => group))].filter((group) => group !== '');
  if (path === '/api') return { kind: 'APIVersions', apiVersion: 'v1', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(apiGroup) };
  if (path === '/version') return { major: '1', minor: '36', gitVersion: 'v1.36.0-steadyrun-lab', platform: 'lab/any' };
  if (path === '/openapi/v3') return openApiIndex();
  if (path === openApiPath(sloPolicies)) return openApi(sloPolicies);
  const [, root, group = '', version = '', ...more] = path.split('/');
  if (root === 'api' && group === 'v1' && version === '') return resourceList('', 'v1');
  if (root !== 'apis' || !groups.includes(group) || more.length > 0) return undefined;
  return version === '' ? { ...apiGroup(group), kind: 'APIGroup', apiVersion: 'v1' } : resourceList(group, version);
}

function apiGroup(group: string): JsonObject {
  const versions = served
    .filter((resource) => resource.group === group)
    .map((resource) => ({
      groupVersion: groupVersion(resource),
      version: resource.version,
    }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function resourceList(group: string, version: string): JsonObject | undefined {
  const resources = served.filter((resource) => resource.group === group && resource.version === version);
  if (resources.length === 0) return undefined;
  const entries = resources.flatMap((resource) => {
    const { plural, singular, namespaced, kind, shortNames, categories } = resource;
    const main = { name: plural, singularName: singular, namespaced, kind, shortNames, categories, verbs: servedVerbs };
    const status = { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] };
    return resource.status ? [main, status] : [main];
  });
  const [first] = resources;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: first ? groupVersion(first) : '',
    resources: entries,
  };
}
