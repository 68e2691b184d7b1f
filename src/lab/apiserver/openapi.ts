/** The policies' schema as the API server describes it: what `kubectl explain` prints, and what tells `kubectl apply` that fields are checked here. */
import { crd } from '../../policy/crd.ts';
import { child, type JsonObject } from './object.ts';
import { groupVersion, type Resource, sloPolicies } from './resources.ts';

export const openApiPath = (resource: Resource): string => `/openapi/v3/apis/${groupVersion(resource)}`;

export function openApiIndex(): JsonObject {
  return {
    paths: {
      [`apis/${groupVersion(sloPolicies)}`]: { serverRelativeURL: `${openApiPath(sloPolicies)}?hash=lab` },
    },
  };
}

/** Just enough of the paths for `kubectl apply` to see that the server itself validates fields. */
export function openApi(resource: Resource): JsonObject {
  const { group, version, kind, plural } = resource;
  const parameters = ['fieldValidation', 'fieldManager', 'dryRun', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  }));
  const patch = {
    parameters,
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'lab' },
    paths: { [`/apis/${group}/${version}/namespaces/{namespace}/${plural}/{name}`]: { patch } },
    components: {
      schemas: {
        [`dev.steadyrun.${version}.${kind}`]: {
          ...policySchema,
          properties: { ...child(policySchema, 'properties'), metadata },
          'x-kubernetes-group-version-kind': [{ group, version, kind }],
        },
      },
    },
  };
}

/** A plain copy, as the API server would make of the installed CRD. */
const policySchema = JSON.parse(JSON.stringify(crd.spec.versions[0].schema.openAPIV3Schema)) as JsonObject;

const metadata = { type: 'object', description: 'Name, namespace, labels and annotations, as every object has them.' };
