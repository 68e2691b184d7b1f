import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import { request } from 'undici';
import { expect } from 'vitest';
import type { PooledKubeConfig } from '../../../src/kubernetes/http/client.ts';
import { policy } from '../cluster.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, as a person would with jq.
export type Body = any;

export interface Answer {
  readonly code: number;
  readonly body: Body;
  /** What is told beside it, as kubectl prints it. */
  readonly warnings: readonly string[];
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const MEDIA = {
  json: 'application/json',
  merge: 'application/merge-patch+json',
  'json-patch': 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
  'strategic-merge': 'application/strategic-merge-patch+json',
} as const;
export type MediaType = keyof typeof MEDIA;

export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
export const GROUP = '/apis/steadyrun.dev/v1alpha1';
export const ALL = `${GROUP}/slopolicies`;
export const TEAM = `${GROUP}/namespaces/default/slopolicies`;

export interface Sent {
  readonly body?: unknown;
  readonly as?: MediaType;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/** A request with the kubeconfig's credentials; its answer is still to be read. */
export async function open(config: PooledKubeConfig, method: Method, path: string, sent: Sent = {}) {
  const context = new RequestContext(`${config.server()}${path}`, HttpMethod[method]);
  await config.applySecurityAuthentication(context);
  const { body, as = 'json', accept = 'application/json', signal = null } = sent;
  return request(context.getUrl(), {
    dispatcher: context.getDispatcher()!,
    method,
    headers: { ...context.getHeaders(), accept, ...(body !== undefined && { 'content-type': MEDIA[as] }) },
    body: body === undefined ? null : JSON.stringify(body),
    signal,
  });
}

export async function call(config: PooledKubeConfig, method: Method, path: string, sent?: Sent): Promise<Answer> {
  const { statusCode, headers, body } = await open(config, method, path, sent);
  const text = await body.text();
  const warnings = [headers.warning ?? []].flat();
  return { code: statusCode, body: text.startsWith('{') ? JSON.parse(text) : { message: text }, warnings };
}

export type Helpers = ReturnType<typeof helpers>;

/** The words in which the questions are asked; `admin` is there only once the suite has connected. */
export function helpers(admin: () => PooledKubeConfig) {
  let count = 0;
  /** A name that no policy has yet. */
  const fresh = (): string => `p${count++}`;
  const get = (path: string, accept = 'application/json') => call(admin(), 'GET', path, { accept });
  const post = (path: string, body: Body) => call(admin(), 'POST', path, { body });
  const put = (path: string, body: Body) => call(admin(), 'PUT', path, { body });
  const patch = (path: string, as: MediaType, body: Body) => call(admin(), 'PATCH', path, { as, body });
  const remove = (path: string, body?: Body) => call(admin(), 'DELETE', path, { body });
  const create = async (object: Body): Promise<Body> => {
    const { code, body } = await post(TEAM, object);
    expect({ code, message: body.message }).toEqual({ code: 201, message: undefined });
    return body;
  };
  const made = (change = {}): Promise<Body> => create(policy(fresh(), change));
  const of = ({ metadata }: Body): string => `${TEAM}/${metadata.name}`;
  const apply = (path: string, manager: string, body: Body, force = true) =>
    patch(`${path}?fieldManager=${manager}&force=${force}`, 'apply', {
      apiVersion: 'steadyrun.dev/v1alpha1',
      kind: 'SLOPolicy',
      ...body,
    });
  const applyStatus = (object: Body, status: Body, manager = 'steadyrun', force = true) =>
    apply(`${of(object)}/status`, manager, { metadata: { name: object.metadata.name }, status }, force);
  return { admin, fresh, get, post, put, patch, remove, create, made, of, apply, applyStatus };
}
