import { describe, expect, test } from 'vitest';
import { policy } from '../cluster.ts';
import { type Body, type Helpers, TEAM } from './helpers.ts';

/** What a new object is, and what is refused. */
export function creating({ fresh, get, post, create, made }: Helpers): void {
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
      const { code, body } = await post(TEAM, policy(metadata.name));
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
      const { code, body } = await post(TEAM, policy(invalid, { objectives: [] }));
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
      ['another kind', (name) => ({ ...policy(name), kind: 'Other' }), 422, 'Invalid'],
      ['another version', (name) => ({ ...policy(name), apiVersion: 'steadyrun.dev/v1' }), 400, 'BadRequest'],
      ['a resource version', (name) => ({ ...policy(name), metadata: { name, resourceVersion: '1' } }), 500, ''],
    ])('is refused with %s', async (_what, object, code, reason) => {
      const answer = await post(TEAM, object(fresh()));
      expect({ code: answer.code, reason: answer.body.reason ?? '' }).toEqual({ code, reason });
    });

    test('is refused for an unknown field where the client is strict, else drops it', async () => {
      const named = policy(fresh(), { sevice: 'a typo' });
      const strict = await post(`${TEAM}?fieldValidation=Strict`, named);
      expect(strict).toMatchObject({ code: 400, body: { reason: 'BadRequest' } });
      expect(strict.body.message).toContain('strict decoding error: unknown field "spec.sevice"');
      expect((await create(named)).spec.sevice).toBeUndefined();
    });

    const warned = ['299 - "unknown field \\"spec.sevice\\""'];
    test.each([
      ['', warned],
      ['?fieldValidation=Warn', warned],
      ['?fieldValidation=Ignore', []],
    ])('warns of an unknown field, unless it is to be ignored: %j', async (query, warnings) => {
      const answer = await post(`${TEAM}${query}`, policy(fresh(), { sevice: 'a typo' }));
      expect({ code: answer.code, warnings: answer.warnings }).toEqual({ code: 201, warnings });
    });

    test('makes a name from its beginning, another one each time, and keeps the beginning', async () => {
      const generated = { ...policy('x'), metadata: { generateName: 'made-' } };
      const [one, other] = [await create(generated), await create(generated)];
      for (const { metadata } of [one, other]) {
        expect(metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
        expect(metadata.generateName).toBe('made-');
        expect((await get(`${TEAM}/${metadata.name}`)).code).toBe(200);
      }
      expect(one.metadata.name).not.toBe(other.metadata.name);
    });

    test('cuts a beginning that is too long for a name', async () => {
      const { metadata } = await create({ ...policy('x'), metadata: { generateName: `${'long'.repeat(20)}-` } });
      expect(metadata.name).toMatch(/^(long){14}lo[a-z0-9]{5}$/);
    });

    test('goes by a name that is given beside a beginning', async () => {
      const name = fresh();
      expect((await create({ ...policy(name), metadata: { name, generateName: 'made-' } })).metadata.name).toBe(name);
    });

    test('for trial keeps nothing', async () => {
      const trial = fresh();
      const { code, body } = await post(`${TEAM}?dryRun=All`, policy(trial));
      expect([code, body.spec.mode]).toEqual([201, 'Enforce']);
      expect((await get(`${TEAM}/${trial}`)).code).toBe(404);
    });
  });
}

/** Optimistic concurrency, generations, and the border between specification and status. */
export function replacing({ put, made, of, applyStatus }: Helpers): void {
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
}

/** The two kinds of patch that change an object where it is. */
export function patching({ fresh, get, patch, create, made, of }: Helpers): void {
  describe('patching', () => {
    test('by merge sets, and removes what is null', async () => {
      const first = await create({
        ...policy(fresh()),
        metadata: { name: fresh(), annotations: { a: '1', b: '2' } },
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
        metadata: { name: fresh(), annotations: { 'steadyrun.dev/promote': 'r' } },
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
        { op: 'add', path: '/spec/tuning', value: {} },
      ]);
      expect(right.code).toBe(200);
      expect(right.body.metadata.annotations).toBeUndefined();
      expect(right.body.spec).toMatchObject({
        mode: 'Observe',
        objectives: [{}, { name: 'second' }],
        tuning: { maxSaturationPercent: 80 },
      });
    });

    test.each<[string, 'merge' | 'json-patch', (name: string) => Body]>([
      ['another name', 'merge', (name) => ({ metadata: { name: `${name}-other` } })],
      ['no name', 'merge', () => ({ metadata: { name: null } })],
      ['another namespace', 'merge', () => ({ metadata: { namespace: 'elsewhere' } })],
      ['another name', 'json-patch', (name) => [{ op: 'replace', path: '/metadata/name', value: `${name}-other` }]],
    ])('makes no other object of it: %s by %s', async (_what, as, body) => {
      const first = await made();
      const { name } = first.metadata;
      expect(await patch(of(first), as, body(name))).toMatchObject({ code: 400, body: { reason: 'BadRequest' } });
      expect((await get(`${TEAM}/${name}-other`)).code).toBe(404);
      expect((await get(of(first))).body.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    test('says which name is meant', async () => {
      const first = await made();
      const { name } = first.metadata;
      expect((await patch(of(first), 'merge', { metadata: { name: 'other' } })).body.message).toBe(
        `the name of the object (other) does not match the name on the URL (${name})`,
      );
    });

    test.each<['merge' | 'json-patch', Body]>([
      ['merge', { spec: { sevice: 'a typo' } }],
      ['json-patch', [{ op: 'add', path: '/spec/sevice', value: 'a typo' }]],
    ])('by %s warns of an unknown field, and is refused where the client is strict', async (as, body) => {
      const first = await made();
      const answer = await patch(of(first), as, body);
      expect({ code: answer.code, warnings: answer.warnings }).toEqual({
        code: 200,
        warnings: ['299 - "unknown field \\"spec.sevice\\""'],
      });
      expect(answer.body.spec.sevice).toBeUndefined();
      expect((await patch(`${of(first)}?fieldValidation=Ignore`, as, body)).warnings).toEqual([]);
      const strict = await patch(`${of(first)}?fieldValidation=Strict`, as, body);
      expect(strict).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
      expect(strict.body.message).toContain('strict decoding error: unknown field "spec.sevice"');
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
}

/** Deletion and its preconditions. */
export function deleting({ get, remove, made, of }: Helpers): void {
  describe('deleting', () => {
    test('answers with what was deleted, and is refused for what is not there', async () => {
      const first = await made();
      const { code, body } = await remove(of(first));
      expect(code).toBe(200);
      expect(body).toMatchObject({
        kind: 'Status',
        status: 'Success',
        details: { name: first.metadata.name, group: 'steadyrun.dev', kind: 'slopolicies', uid: first.metadata.uid },
      });
      expect((await get(of(first))).code).toBe(404);
      expect((await remove(of(first))).code).toBe(404);
    });

    test('is refused for a namespace that every cluster has', async () => {
      const { code, body } = await remove('/api/v1/namespaces/default');
      expect({ code, reason: body.reason }).toEqual({ code: 403, reason: 'Forbidden' });
      expect(body.message).toBe('namespaces "default" is forbidden: this namespace may not be deleted');
    });

    test('holds to the uid that it names', async () => {
      const first = await made();
      const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'another' } };
      expect(await remove(of(first), options)).toMatchObject({
        code: 409,
        body: { reason: 'Conflict' },
      });
      expect((await get(of(first))).code).toBe(200);
    });
  });
}
