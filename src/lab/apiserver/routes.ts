/** From a path to the resource, the object and the subresource that it names. */
import { unknownPath } from './failure.ts';
import { type Resource, served } from './resources.ts';

/** What a path is about. An empty name: the collection; an undefined namespace: all of them. */
export interface Route {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string;
}

/** Throws Failure 404 for what is not served. */
export function route(path: string): Route {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
  const [group, version, ...rest] = segments[0] === 'api' ? ['', ...segments.slice(1)] : segments.slice(1);
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [plural, name = '', subresource = '', ...more] = isNamespaced ? rest.slice(2) : rest;
  const resource = served.find(
    (candidate) => candidate.group === group && candidate.version === version && candidate.plural === plural,
  );
  if (resource === undefined || more.length > 0) throw unknownPath();
  if (resource.namespaced && !isNamespaced && name !== '') throw unknownPath();
  if (subresource !== '' && !(subresource === 'status' && resource.status)) throw unknownPath();
  const namespace = isNamespaced ? rest[1] : resource.namespaced ? undefined : '';
  return { resource, namespace, name, subresource };
}
