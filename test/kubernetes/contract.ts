/**
 * What this project relies on of a Kubernetes API server, asked over HTTP: the same questions to the lab's and to a real
 * one, so that the lab cannot drift from what it stands for.
 */
import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PooledKubeConfig } from '../../src/kubernetes/client.ts';
import { policy } from './cluster.ts';
import { until } from './virtual-clock.ts';

/** An API server that has the CRD, and how to reach it. */
export interface Connection {
  /** May do everything. */
  readonly admin: PooledKubeConfig;
  /** The operator's own rights. */
  readonly operator: PooledKubeConfig;
  stop(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, as a person would with jq.
type Body = any;

export interface Answer {
  readonly code: number;
  readonly body: Body;
}

export type MediaType = 'json' | 'merge' | 'json-patch' | 'apply' | 'strategic-merge';
const MEDIA: Readonly<Record<MediaType, string>> = {
  json: 'application/json',
  merge: 'application/merge-patch+json',
  'json-patch': 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
  'strategic-merge': 'application/strategic-merge-patch+json',
};
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

const GROUP = '/apis/steadyrun.dev/v1alpha1';
const ALL = `${GROUP}/slopolicies`;
const TEAM = `${GROUP}/namespaces/default/slopolicies`;

export async function call(
  config: PooledKubeConfig,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  sent?: { readonly body: unknown; readonly as?: MediaType; readonly accept?: string },
): Promise<Answer> {
  const { statusCode, body } = await open(config, method, path, sent);
  const text = await body.text();
  return { code: statusCode, body: text.startsWith('{') ? JSON.parse(text) : { message: text } };
}

async function open(
  config: PooledKubeConfig,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  sent?: { readonly body?: unknown; readonly as?: MediaType; readonly accept?: string },
  signal?: AbortSignal,
) {
  const context = new RequestContext(`${config.server()}${path}`, HttpMethod[method]);
  await config.applySecurityAuthentication(context);
  return request(context.getUrl(), {
    dispatcher: context.getDispatcher()!,
    method,
    headers: {
      ...context.getHeaders(),
      accept: sent?.accept ?? 'application/json',
      ...(sent?.body !== undefined && { 'content-type': MEDIA[sent.as ?? 'json'] }),
    },
    body: sent?.body === undefined ? null : JSON.stringify(sent.body),
    signal: signal ?? null,
  });
}

/** Defines the suite against whatever `connect` reaches. */
export function contract(name: string, connect: () => Promise<Connection>): void {
  describe(`${name} keeps the contract:`, () => {
    let connection: Connection;
    let admin: PooledKubeConfig;
    let count = 0;
    beforeAll(async () => {
      connection = await connect();
      admin = connection.admin;
    });
    afterAll(() => connection.stop());

    const fresh = (): string => `p${count++}`;
    const get = (path: string, accept?: string) =>
      call(admin, 'GET', path, accept === undefined ? undefined : ({ accept } as never));
    const create = async (object: Body): Promise<Body> => {
      const { code, body } = await call(admin, 'POST', TEAM, { body: object });
      expect({ code, message: body.message }).toEqual({ code: 201, message: undefined });
      return body;
    };
    const made = async (change = {}): Promise<Body> => create(policy(fresh(), change));
    const put = (path: string, body: Body) => call(admin, 'PUT', path, { body });
    const patch = (path: string, as: MediaType, body: Body) => call(admin, 'PATCH', path, { as, body });
    const of = (object: Body): string => `${TEAM}/${object.metadata.name}`;
    const apply = (path: string, manager: string, body: Body, force = true) =>
      patch(`${path}?fieldManager=${manager}&force=${force}`, 'apply', {
        apiVersion: 'steadyrun.dev/v1alpha1',
        kind: 'SLOPolicy',
        ...body,
      });
    const applyStatus = (object: Body, status: Body, manager = 'steadyrun', force = true) =>
      apply(
        `${of(object)}/status`,
        manager,
        { metadata: { name: object.metadata.name, namespace: 'default' }, status },
        force,
      );

    describe('creating', () => {
      test('completes the metadata and the defaults, and ignores status', async () => {
        const body = await create({ ...policy(fresh()), status: { phase: 'Steady' } });
        expect(body).toMatchObject({ metadata: { namespace: 'default', generation: 1 }, spec: { mode: 'Enforce' } });
        expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
        expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
        expect(body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(body.status).toBeUndefined();
      });

      test('is refused for what exists', async () => {
        const { metadata } = await made();
        const { code, body } = await call(admin, 'POST', TEAM, { body: policy(metadata.name) });
        expect(code).toBe(409);
        expect(body).toEqual({
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: `slopolicies.steadyrun.dev "${metadata.name}" already exists`,
          reason: 'AlreadyExists',
          details: { name: metadata.name, group: 'steadyrun.dev', kind: 'slopolicies' },
          code: 409,
        });
      });

      test('is refused for what is invalid, with the fields', async () => {
        const invalid = fresh();
        const { code, body } = await call(admin, 'POST', TEAM, { body: policy(invalid, { objectives: [] }) });
        expect(code).toBe(422);
        expect(body).toMatchObject({
          kind: 'Status',
          reason: 'Invalid',
          code: 422,
          details: { name: invalid, group: 'steadyrun.dev', kind: 'SLOPolicy' },
        });
        expect(body.message).toMatch(new RegExp(`^SLOPolicy.steadyrun.dev "${invalid}" is invalid: `));
        expect(body.details.causes[0].field).toBe('spec.objectives');
      });

      test.each<[string, (name: string) => Body, number, string]>([
        ['no name', () => ({ ...policy('x'), metadata: {} }), 422, 'Invalid'],
        ['another namespace than the path', (name) => policy(name, {}, 'elsewhere'), 400, 'BadRequest'],
        ['no kind', (name) => ({ ...policy(name), kind: undefined }), 400, 'BadRequest'],
        ['another kind', (name) => ({ ...policy(name), kind: 'Other' }), 400, 'BadRequest'],
        ['a resource version', (name) => ({ ...policy(name), metadata: { name, resourceVersion: '1' } }), 500, ''],
      ])('is refused with %s', async (_what, object, code, reason) => {
        const answer = await call(admin, 'POST', TEAM, { body: object(fresh()) });
        expect({ code: answer.code, reason: answer.body.reason ?? '' }).toEqual({ code, reason });
      });

      test('is refused for an unknown field where the client is strict, else drops it', async () => {
        const named = policy(fresh(), { sevice: 'a typo' });
        const strict = await call(admin, 'POST', `${TEAM}?fieldValidation=Strict`, { body: named });
        expect(strict).toMatchObject({ code: 400, body: { reason: 'BadRequest' } });
        expect(strict.body.message).toContain('strict decoding error: unknown field "spec.sevice"');
        expect((await create(named)).spec.sevice).toBeUndefined();
      });

      test('for trial keeps nothing', async () => {
        const trial = fresh();
        const { code, body } = await call(admin, 'POST', `${TEAM}?dryRun=All`, { body: policy(trial) });
        expect([code, body.spec.mode]).toEqual([201, 'Enforce']);
        expect((await get(`${TEAM}/${trial}`)).code).toBe(404);
      });
    });

    describe('reading', () => {
      test('says that there is nothing', async () => {
        const { code, body } = await get(`${TEAM}/nobody`);
        expect(code).toBe(404);
        expect(body).toMatchObject({
          kind: 'Status',
          status: 'Failure',
          reason: 'NotFound',
          message: 'slopolicies.steadyrun.dev "nobody" not found',
          details: { name: 'nobody', group: 'steadyrun.dev', kind: 'slopolicies' },
        });
        expect((await get(`${GROUP}/namespaces/default/nothings`)).code).toBe(404);
      });

      test('goes in pages over the state that the first page saw', async () => {
        const names = ['page-a', 'page-b', 'page-c'];
        for (const each of names) await create({ ...policy(each), metadata: { name: each, labels: { paged: 'yes' } } });
        const first = await get(`${TEAM}?labelSelector=paged%3Dyes&limit=2`);
        expect(first.body.kind).toBe('SLOPolicyList');
        await create({ ...policy('page-bb'), metadata: { name: 'page-bb', labels: { paged: 'yes' } } });
        const token = encodeURIComponent(first.body.metadata.continue);
        const second = await get(`${TEAM}?labelSelector=paged%3Dyes&limit=2&continue=${token}`);
        const read = [...first.body.items, ...second.body.items].map((item: Body) => item.metadata.name);
        expect(read).toEqual(names);
        expect(second.body.metadata.continue ?? '').toBe('');
        expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      });

      test.each([
        ['labelSelector=team%3Dred', ['sel-a', 'sel-b']],
        ['labelSelector=team!%3Dred,tier', ['sel-c']],
        ['labelSelector=team%20in%20(red,blue),tier', ['sel-b', 'sel-c']],
        ['labelSelector=team,!tier', ['sel-a']],
        ['labelSelector=team%20notin%20(red),team', ['sel-c']],
        ['labelSelector=team&fieldSelector=metadata.name%3Dsel-b', ['sel-b']],
        ['labelSelector=team&fieldSelector=metadata.name!%3Dsel-b', ['sel-a', 'sel-c']],
      ])('selects: %s', async (query, expected) => {
        const labels = {
          'sel-a': { team: 'red' },
          'sel-b': { team: 'red', tier: 'x' },
          'sel-c': { team: 'blue', tier: 'y' },
        };
        for (const [each, label] of Object.entries(labels)) {
          await call(admin, 'POST', TEAM, { body: { ...policy(each), metadata: { name: each, labels: label } } });
        }
        const { body } = await get(`${TEAM}?${query}`);
        expect(body.items.map((item: Body) => item.metadata.name)).toEqual(expected);
      });

      test('as a table shows the columns of the CRD', async () => {
        const object = await made();
        const { code, body } = await get(of(object), TABLE);
        expect([code, body.kind]).toEqual([200, 'Table']);
        const columns = body.columnDefinitions.map(
          (column: Body) => `${column.name}/${column.type}/${column.priority}`,
        );
        expect(columns.slice(0, 3)).toEqual(['Name/string/0', 'Service/string/0', 'Phase/string/0']);
        expect(columns).toContain('Age/date/0');
        expect(body.rows[0].cells.slice(0, 3)).toEqual([object.metadata.name, object.metadata.name, null]);
        expect(body.rows[0].object.kind).toBe('PartialObjectMetadata');
      });
    });

    describe('replacing', () => {
      test('counts a generation for a change of the specification, and for nothing else', async () => {
        const first = await made();
        const labelled = await put(of(first), { ...first, metadata: { ...first.metadata, labels: { a: 'b' } } });
        expect(labelled.body.metadata).toMatchObject({ generation: 1, labels: { a: 'b' } });
        const changed = await put(of(first), { ...labelled.body, spec: { ...first.spec, mode: 'Observe' } });
        expect(changed.body.metadata.generation).toBe(2);
        expect(Number(changed.body.metadata.resourceVersion)).toBeGreaterThan(
          Number(labelled.body.metadata.resourceVersion),
        );
      });

      test('writes nothing where nothing changes', async () => {
        const first = await made();
        expect((await put(of(first), first)).body.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      });

      test('is refused from a version that is not the newest', async () => {
        const first = await made();
        await put(of(first), { ...first, metadata: { ...first.metadata, labels: { a: 'b' } } });
        const { code, body } = await put(of(first), { ...first, metadata: { ...first.metadata, labels: { a: 'c' } } });
        expect([code, body.reason]).toEqual([409, 'Conflict']);
        expect(body.message).toBe(
          `Operation cannot be fulfilled on slopolicies.steadyrun.dev "${first.metadata.name}": the object has been modified; please apply your changes to the latest version and try again`,
        );
      });

      test('is refused without a version, and for what is not there', async () => {
        const first = await made();
        expect(await put(of(first), policy(first.metadata.name))).toMatchObject({
          code: 422,
          body: { reason: 'Invalid' },
        });
        expect((await put(`${TEAM}/nobody`, policy('nobody'))).code).toBe(404);
      });

      test('leaves the status alone', async () => {
        const first = await made();
        const { body } = await applyStatus(first, { phase: 'Steady' });
        const second = await put(of(first), {
          ...body,
          status: { phase: 'Held' },
          spec: { ...body.spec, mode: 'Observe' },
        });
        expect(second.body).toMatchObject({ spec: { mode: 'Observe' }, status: { phase: 'Steady' } });
      });

      test('of the status leaves all else alone, and counts no generation', async () => {
        const first = await made();
        const changed = { ...first, spec: { ...first.spec, mode: 'Observe' }, status: { phase: 'Held' } };
        const { code, body } = await put(`${of(first)}/status`, changed);
        expect(code).toBe(200);
        expect(body).toMatchObject({
          spec: { mode: 'Enforce' },
          status: { phase: 'Held' },
          metadata: { generation: 1 },
        });
      });
    });

    describe('patching', () => {
      test('by merge sets, and removes what is null', async () => {
        const first = await create({
          ...policy(fresh()),
          metadata: { name: `p${count}x`, annotations: { a: '1', b: '2' } },
        });
        const { code, body } = await patch(of(first), 'merge', {
          metadata: { annotations: { a: null, c: '3' } },
          spec: { mode: 'Observe' },
        });
        expect(code).toBe(200);
        expect(body).toMatchObject({
          spec: { mode: 'Observe' },
          metadata: { generation: 2, annotations: { b: '2', c: '3' } },
        });
        expect(body.metadata.annotations).not.toHaveProperty('a');
        const none = await patch(of(first), 'merge', { metadata: { annotations: { b: null, c: null } } });
        expect(none.body.metadata.annotations).toBeUndefined();
      });

      test('by merge holds to a version that it names', async () => {
        const first = await made();
        await patch(of(first), 'merge', { metadata: { labels: { a: 'b' } } });
        const late = { metadata: { resourceVersion: first.metadata.resourceVersion, labels: { a: 'c' } } };
        expect(await patch(of(first), 'merge', late)).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
      });

      test('by JSON patch does what each operation says', async () => {
        const first = await create({
          ...policy(fresh()),
          metadata: { name: `p${count}j`, annotations: { 'steadyrun.dev/promote': 'r' } },
        });
        const path = '/metadata/annotations/steadyrun.dev~1promote';
        const wrong = await patch(of(first), 'json-patch', [
          { op: 'test', path, value: 'other' },
          { op: 'remove', path },
        ]);
        expect([wrong.code, wrong.body.reason]).toEqual([422, 'Invalid']);
        const right = await patch(of(first), 'json-patch', [
          { op: 'test', path, value: 'r' },
          { op: 'remove', path },
          { op: 'replace', path: '/spec/mode', value: 'Observe' },
          { op: 'add', path: '/spec/objectives/-', value: { name: 'second', targetPercent: 99 } },
        ]);
        expect(right.code).toBe(200);
        expect(right.body.metadata.annotations).toBeUndefined();
        expect(right.body.spec).toMatchObject({ mode: 'Observe', objectives: [{}, { name: 'second', gate: true }] });
      });

      test('is refused when the result would be invalid, or the kind of patch is unknown', async () => {
        const first = await made();
        expect(await patch(of(first), 'merge', { spec: { mode: 'Sometimes' } })).toMatchObject({
          code: 422,
          body: { reason: 'Invalid' },
        });
        expect(await patch(of(first), 'strategic-merge', {})).toMatchObject({
          code: 415,
          body: { reason: 'UnsupportedMediaType' },
        });
        expect((await patch(`${TEAM}/nobody`, 'merge', {})).code).toBe(404);
      });
    });

    describe('applying', () => {
      test('a status makes it what is applied: what is left out disappears, nested and whole', async () => {
        const first = await made();
        await applyStatus(first, {
          phase: 'Ramping',
          candidate: { revision: 'r2', percent: 5, since: '2026-01-01T00:00:00Z' },
          rejected: [{ revision: 'r0', at: '2026-01-01T00:00:00Z', reason: 'Errors' }],
          hold: { reason: 'NoTraffic', message: 'm', since: '2026-01-01T00:00:00Z', paged: false },
        });
        const { body } = await applyStatus(first, { phase: 'Steady', rejected: [] });
        expect(body.status).toEqual({ phase: 'Steady', rejected: [] });
        expect((await applyStatus(first, {})).body.status ?? {}).toEqual({});
      });

      test('a status keeps what another manager owns', async () => {
        const first = await made();
        await patch(`${of(first)}/status?fieldManager=somebody`, 'merge', { status: { verdict: 'Healthy' } });
        const { body } = await applyStatus(first, { phase: 'Steady' });
        expect(body.status).toEqual({ phase: 'Steady', verdict: 'Healthy' });
      });

      test('a status keeps conditions that another manager owns, and drops its own by type', async () => {
        const condition = (type: string) => ({
          type,
          status: 'True',
          reason: 'R',
          message: 'm',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        });
        const first = await made();
        await applyStatus(first, { conditions: [condition('Audited')] }, 'somebody');
        await applyStatus(first, { conditions: [condition('Ready'), condition('Reconciling')] });
        const { body } = await applyStatus(first, { conditions: [{ ...condition('Ready'), message: 'new' }] });
        const types = Object.fromEntries(body.status.conditions.map((each: Body) => [each.type, each.message]));
        expect(types).toEqual({ Audited: 'm', Ready: 'new' });
      });

      test('a status is a conflict where another owns the field, unless forced', async () => {
        const first = await made();
        await applyStatus(first, { phase: 'Held' }, 'somebody');
        const { code, body } = await applyStatus(first, { phase: 'Steady' }, 'steadyrun', false);
        expect([code, body.reason]).toEqual([409, 'Conflict']);
        expect(body.details.causes).toEqual([
          {
            reason: 'FieldManagerConflict',
            message: expect.stringContaining('conflict with "somebody"'),
            field: '.status.phase',
          },
        ]);
        expect((await applyStatus(first, { phase: 'Steady' })).body.status).toEqual({ phase: 'Steady' });
        expect((await applyStatus(first, {})).body.status?.phase).toBeUndefined();
      });

      test('a status changes nothing else, and twice the same writes once', async () => {
        const first = await made();
        const sent = {
          metadata: { name: first.metadata.name, labels: { a: 'b' } },
          spec: { mode: 'Observe' },
          status: { phase: 'Steady' },
        };
        const { body } = await apply(`${of(first)}/status`, 'steadyrun', sent);
        expect(body).toMatchObject({
          spec: { mode: 'Enforce' },
          metadata: { generation: 1 },
          status: { phase: 'Steady' },
        });
        expect(body.metadata.labels).toBeUndefined();
        const again = await apply(`${of(first)}/status`, 'steadyrun', sent);
        expect(again.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
      });

      test('a status is refused for another uid, for what is not there, and when it is invalid', async () => {
        const first = await made();
        const named = { name: first.metadata.name, namespace: 'default' };
        const other = { ...named, uid: '00000000-0000-4000-8000-000000000000' };
        const answer = await apply(`${of(first)}/status`, 'steadyrun', {
          metadata: other,
          status: { phase: 'Steady' },
        });
        expect([answer.code, answer.body.reason]).toEqual([409, 'Conflict']);
        const missing = await apply(`${TEAM}/nobody/status`, 'steadyrun', { metadata: { name: 'nobody' }, status: {} });
        expect([missing.code, missing.body.reason]).toEqual([404, 'NotFound']);
        const invalid = await applyStatus(first, { phase: 'Dancing' });
        expect([invalid.code, invalid.body.reason]).toEqual([422, 'Invalid']);
      });

      test('an object creates it, then changes it; what is no longer said returns to its default', async () => {
        const named = fresh();
        const { metadata, spec } = policy(named, { mode: 'Observe', tier: 'api' }) as Body;
        const created = await apply(`${TEAM}/${named}`, 'kubectl', { metadata, spec });
        expect([created.code, created.body.metadata.generation]).toEqual([201, 1]);
        const { mode: _mode, tier: _tier, ...less } = spec;
        const changed = await apply(`${TEAM}/${named}`, 'kubectl', { metadata, spec: less });
        expect([changed.code, changed.body.metadata.generation]).toEqual([200, 2]);
        expect(changed.body.spec).toMatchObject({ mode: 'Enforce' });
        expect(changed.body.spec.tier).toBeUndefined();
      });

      test('an object is no conflict where the other manager set the same, also within the objectives', async () => {
        const first = await made();
        const { metadata, spec } = policy(first.metadata.name) as Body;
        const same = await apply(of(first), 'gitops', { metadata, spec }, false);
        expect(same.code).toBe(200);
        const changed = { ...spec, objectives: [{ name: 'availability', targetPercent: 99 }] };
        const other = await apply(of(first), 'another', { metadata, spec: changed }, false);
        expect([other.code, other.body.reason]).toEqual([409, 'Conflict']);
      });

      test('needs the name of a manager', async () => {
        const first = await made();
        const { code } = await patch(of(first), 'apply', policy(first.metadata.name));
        expect([400, 422]).toContain(code);
      });
    });

    describe('deleting', () => {
      test('answers with what was deleted, and is refused for what is not there', async () => {
        const first = await made();
        const { code, body } = await call(admin, 'DELETE', of(first));
        expect(code).toBe(200);
        expect(body).toMatchObject({
          kind: 'Status',
          status: 'Success',
          details: { name: first.metadata.name, group: 'steadyrun.dev', kind: 'slopolicies', uid: first.metadata.uid },
        });
        expect((await get(of(first))).code).toBe(404);
        expect((await call(admin, 'DELETE', of(first))).code).toBe(404);
      });

      test('holds to the uid that it names', async () => {
        const first = await made();
        const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'another' } };
        expect(await call(admin, 'DELETE', of(first), { body: options })).toMatchObject({
          code: 409,
          body: { reason: 'Conflict' },
        });
        expect((await get(of(first))).code).toBe(200);
      });
    });

    describe('watching', () => {
      /** Reads lines until there are as many as wanted, or the server ends the stream. */
      async function watch(
        query: string,
        wanted: number,
        act: () => Promise<unknown> = async () => undefined,
        accept?: string,
      ) {
        const stop = new AbortController();
        const { statusCode, body } = await open(
          admin,
          'GET',
          `${TEAM}?watch=true&${query}`,
          accept === undefined ? {} : { accept },
          stop.signal,
        );
        const lines: Body[] = [];
        await act();
        let rest = '';
        try {
          for await (const chunk of body) {
            const parts = (rest + chunk).split('\n');
            rest = parts.pop() ?? '';
            for (const part of parts) lines.push(JSON.parse(part));
            if (lines.length >= wanted) break;
          }
        } finally {
          stop.abort();
        }
        return { code: statusCode, lines };
      }
      const shown = (lines: readonly Body[]): readonly string[] =>
        lines.map(({ type, object }) => `${type} ${object.metadata.name}`);

      test('tells every change after a version, in order', async () => {
        const first = await made();
        const named = fresh();
        const { lines } = await watch(
          `resourceVersion=${first.metadata.resourceVersion}&timeoutSeconds=30`,
          4,
          async () => {
            const object = await create(policy(named));
            await patch(of(object), 'merge', { spec: { mode: 'Observe' } });
            await applyStatus(object, { phase: 'Steady' });
            await call(admin, 'DELETE', of(object));
          },
        );
        expect(shown(lines)).toEqual([`ADDED ${named}`, `MODIFIED ${named}`, `MODIFIED ${named}`, `DELETED ${named}`]);
        const versions = lines.map(({ object }) => Number(object.metadata.resourceVersion));
        expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
        expect(lines[3].object.status).toEqual({ phase: 'Steady' });
      });

      test('begins with what there is where no version is given', async () => {
        const object = await create({
          ...policy(fresh()),
          metadata: { name: 'there-already', labels: { there: 'yes' } },
        });
        const { lines } = await watch('labelSelector=there%3Dyes&timeoutSeconds=30', 1);
        expect(shown(lines)).toEqual([`ADDED ${object.metadata.name}`]);
      });

      test('adds and deletes what begins and ceases to match', async () => {
        const object = await made();
        const start = object.metadata.resourceVersion;
        const { lines } = await watch(`labelSelector=hot&resourceVersion=${start}&timeoutSeconds=30`, 3, async () => {
          await patch(of(object), 'merge', { metadata: { labels: { hot: '1' } } });
          await patch(of(object), 'merge', { metadata: { labels: { hot: '2' } } });
          await patch(of(object), 'merge', { metadata: { labels: { hot: null } } });
        });
        expect(shown(lines).map((line) => line.split(' ')[0])).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      });

      test('ends cleanly after the time it was asked for, with a bookmark before', async () => {
        const first = await made();
        const { code, lines } = await watch(
          `allowWatchBookmarks=true&timeoutSeconds=3&resourceVersion=${first.metadata.resourceVersion}`,
          100,
        );
        expect(code).toBe(200);
        expect(lines.at(-1)).toMatchObject({
          type: 'BOOKMARK',
          object: { kind: 'SLOPolicy', apiVersion: 'steadyrun.dev/v1alpha1' },
        });
        expect(Number(lines.at(-1).object.metadata.resourceVersion)).toBeGreaterThanOrEqual(
          Number(first.metadata.resourceVersion),
        );
      });

      test('from a forgotten version is an ERROR event with 410', async () => {
        await made();
        const { code, lines } = await watch('resourceVersion=1&timeoutSeconds=10', 1);
        expect(code).toBe(200);
        expect(lines[0]).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
      });

      test('from a version that is yet to come is an ERROR event that says so', async () => {
        const { lines } = await watch('resourceVersion=999999999&timeoutSeconds=10', 1);
        expect(lines[0]).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 504, reason: 'Timeout' } });
        expect(lines[0].object.details.causes[0].reason).toBe('ResourceVersionTooLarge');
      });

      test('with initial events says where they end', async () => {
        await create({ ...policy(fresh()), metadata: { name: 'streamed', labels: { streamed: 'yes' } } });
        const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
        const { lines } = await watch(`${query}&labelSelector=streamed&timeoutSeconds=30`, 2);
        expect(lines.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
        expect(lines[1].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
      });

      test('as a table sends a row at a time', async () => {
        const first = await made();
        const { lines } = await watch(
          `resourceVersion=${first.metadata.resourceVersion}&timeoutSeconds=30`,
          1,
          () => made(),
          TABLE,
        );
        expect(lines[0]).toMatchObject({
          type: 'ADDED',
          object: { kind: 'Table', rows: [{ object: { kind: 'PartialObjectMetadata' } }] },
        });
      });
    });

    test('it tells what it serves', async () => {
      const { body } = await get(GROUP);
      expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'steadyrun.dev/v1alpha1' });
      const [main, status] = body.resources;
      expect(main).toMatchObject({
        name: 'slopolicies',
        singularName: 'slopolicy',
        namespaced: true,
        kind: 'SLOPolicy',
        shortNames: ['slo'],
        categories: ['steadyrun'],
      });
      expect(main.verbs).toEqual(
        expect.arrayContaining(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']),
      );
      expect(status.name).toBe('slopolicies/status');
      const groups = (await get('/apis')).body.groups.map((group: Body) => group.name);
      expect(groups).toEqual(expect.arrayContaining(['steadyrun.dev', 'events.k8s.io', 'coordination.k8s.io']));
      expect((await get('/api/v1/namespaces/default')).body).toMatchObject({
        kind: 'Namespace',
        status: { phase: 'Active' },
      });
      expect((await get(ALL)).code).toBe(200);
    });

    test('a lease is held to its version', async () => {
      const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
      const body = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'contract' },
        spec: { holderIdentity: 'a' },
      };
      const created = await call(admin, 'POST', leases, { body });
      expect(created.code).toBe(201);
      const taken = { ...created.body, spec: { holderIdentity: 'b' } };
      expect((await put(`${leases}/contract`, taken)).code).toBe(200);
      expect(await put(`${leases}/contract`, taken)).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
      expect(await put(`${leases}/contract`, body)).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
      expect(await call(admin, 'POST', leases, { body })).toMatchObject({
        code: 409,
        body: { reason: 'AlreadyExists' },
      });
    });

    adapters(() => connection, until);
  });
}

function adapters(_connection: () => Connection, _until: typeof until): void {}
