/** What a call needs to be granted, in the words of RBAC. */
import type { Call } from '../http/call.ts';

export interface Permission {
  readonly verb: string;
  /** As `kubectl auth can-i` takes it: slopolicies.steadyrun.dev/status. */
  readonly resource: string;
  /** undefined: all of them. */
  readonly namespace?: string;
  /** Of one object; undefined: the call is about a collection. */
  readonly name?: string;
}

const verbs = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;

/** Of the paths that there are: /api/v1 or /apis/GROUP/VERSION, /namespaces/NAMESPACE perhaps, RESOURCE/NAME/SUBRESOURCE. */
export function permissionFor({ method, path, query }: Call): Permission {
  const [root, ...steps] = path.split('/').slice(1).map(decodeURIComponent);
  const group = root === 'api' ? undefined : steps.shift();
  steps.shift();
  const namespace = steps[0] === 'namespaces' ? steps.splice(0, 2)[1] : undefined;
  const [plural = '', name, subresource] = steps;
  const collection = query?.watch === 'true' ? 'watch' : 'list';
  return {
    verb: method === 'GET' && name === undefined ? collection : verbs[method],
    resource: [[plural, group].filter(Boolean).join('.'), subresource].filter(Boolean).join('/'),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}
