import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apply } from '../../src/lab/apiserver/apply.ts';
import { Failure } from '../../src/lab/apiserver/failure.ts';
import type { Json, JsonObject } from '../../src/lab/apiserver/object.ts';
import { managedFields } from '../../src/lab/apiserver/ownership.ts';
import { jsonPatch, mergePatch } from '../../src/lab/apiserver/patch.ts';
import { printed } from '../../src/lab/apiserver/printed.ts';
import { apiEvents, leaseResource, type Resource, sloPolicies } from '../../src/lab/apiserver/resources.ts';
import { Store } from '../../src/lab/apiserver/store.ts';
import { type Column, table } from '../../src/lab/apiserver/table.ts';
import { itself, Writes } from '../../src/lab/apiserver/writes.ts';
import { policy, TestCluster } from '../kubernetes/cluster.ts';

describe('a merge patch', () => {
  // The examples of RFC 7396, appendix A.
  test.each<[Json, Json, Json]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j by %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });
});

describe('a JSON patch', () => {
  test.each<[string, JsonObject, Json, Json]>([
    ['adds a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
    ['adds an element', { foo: ['a', 'c'] }, [{ op: 'add', path: '/foo/1', value: 'b' }], { foo: ['a', 'b', 'c'] }],
    ['appends an element', { foo: ['a'] }, [{ op: 'add', path: '/foo/-', value: ['b'] }], { foo: ['a', ['b']] }],
    ['removes an element', { foo: ['a', 'b', 'c'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['a', 'c'] }],
    ['replaces', { foo: { bar: 1 } }, [{ op: 'replace', path: '/foo/bar', value: 2 }], { foo: { bar: 2 } }],
    ['replaces the whole', { foo: 1 }, [{ op: 'replace', path: '', value: { bar: 2 } }], { bar: 2 }],
    ['moves', { a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
    ['copies', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    [
      'unescapes',
      { 'a/b': 1, 'm~n': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'remove', path: '/m~0n' },
      ],
      {},
    ],
    [
      'goes on after a test that holds',
      { a: [1, { b: 2 }] },
      [
        { op: 'test', path: '/a/1', value: { b: 2 } },
        { op: 'remove', path: '/a/0' },
      ],
      { a: [{ b: 2 }] },
    ],
  ])('%s', (_what, target, patch, result) => {
    const before = structuredClone(target);
    expect(jsonPatch(target, patch)).toEqual(result);
    expect(target).toEqual(before);
  });

  test.each<[string, Json]>([
    ['is no list', { op: 'add' }],
    ['tests what is not so', [{ op: 'test', path: '/a', value: 2 }]],
    ['removes what is not there', [{ op: 'remove', path: '/b' }]],
    ['replaces what is not there', [{ op: 'replace', path: '/b/c', value: 1 }]],
    ['has a path without a slash', [{ op: 'add', path: 'a', value: 1 }]],
    ['has an unknown operation', [{ op: 'increment', path: '/a' }]],
  ])('is refused when it %s', (_what, patch) => {
    expect(() => jsonPatch({ a: 1 }, patch)).toThrow(Failure);
  });
});

describe('server-side apply', () => {
  const leaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y'), fc.constant([1]));
  const { tree } = fc.letrec<{ tree: JsonObject }>((tie) => ({
    tree: fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.oneof({ maxDepth: 3 }, leaf, tie('tree')) as fc.Arbitrary<Json>,
      { minKeys: 1, maxKeys: 3 },
    ),
  }));
  const config = tree.map((spec): JsonObject => ({ spec }));
  /** One apply after the other, as the server does them. */
  const run = (steps: readonly (readonly [string, JsonObject])[]): JsonObject =>
    steps.reduce<JsonObject>((live, [manager, sent]) => {
      const { object, owners } = apply(live, sent, { manager, subresource: '', force: true, time: '' });
      return { ...object, metadata: { managedFields: managedFields(owners, 'v1') } };
    }, {});
  const content = ({ metadata: _, ...rest }: JsonObject): JsonObject => rest;

  test('by one manager makes the object what it sent last, whatever it sent before', () => {
    fc.assert(
      fc.property(fc.array(config, { minLength: 1, maxLength: 6 }), (sent) => {
        expect(content(run(sent.map((each) => ['a', each])))).toEqual(sent.at(-1));
      }),
    );
  });

  test('by two managers of different fields lets each have its way', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), tree), { minLength: 1, maxLength: 8 }), (steps) => {
        const live = content(run(steps.map(([manager, fields]) => [manager, { [`of-${manager}`]: fields }])));
        const last = (manager: string) => steps.findLast(([who]) => who === manager)?.[1];
        expect(live).toEqual(JSON.parse(JSON.stringify({ 'of-a': last('a'), 'of-b': last('b') })));
      }),
    );
  });

  test('keeps a field until the last of its owners gives it up', () => {
    const both = { spec: { mode: 'Observe' } };
    const none = { spec: { other: 1 } };
    expect(
      content(
        run([
          ['a', both],
          ['b', both],
          ['a', none],
        ]),
      ),
    ).toEqual({ spec: { mode: 'Observe', other: 1 } });
    expect(
      content(
        run([
          ['a', both],
          ['b', both],
          ['a', none],
          ['b', none],
        ]),
      ),
    ).toEqual(none);
  });
});

describe('the store', () => {
  const object = (name: string, labels = {}) => ({
    apiVersion: 'v1',
    kind: 'K',
    metadata: { name, namespace: 'ns', uid: name, resourceVersion: '', creationTimestamp: '', labels },
  });

  test('gives every change a version of its own, over all resources', () => {
    const store = new Store();
    const versions = [
      store.put(sloPolicies, object('a')),
      store.put(apiEvents, object('b')),
      store.put(sloPolicies, object('a')),
    ];
    expect(new Set(versions.map(({ metadata }) => metadata.resourceVersion)).size).toBe(3);
    expect(store.since(0)?.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'MODIFIED']);
  });

  test('forgets its history when it is compacted, and when it grows too long', () => {
    const store = new Store();
    store.put(sloPolicies, object('a'));
    const before = store.revision;
    store.put(sloPolicies, object('a'));
    store.compact();
    expect(store.since(before)).toBeUndefined();
    expect(store.since(store.revision)).toEqual([]);
    const compacted = store.revision;
    for (let i = 0; i < 20_001; i++) store.put(sloPolicies, object('a'));
    expect(store.since(compacted)).toBeUndefined();
    expect(store.since(store.revision - 10_000)).toHaveLength(10_000);
  });
});

describe('the bounds of the store', () => {
  const writer = { ...itself('m'), force: false };
  const filled = (resource: Resource) => {
    const store = new Store();
    const writes = new Writes(
      store,
      () => ({ ok: false, message: '', causes: [] }),
      () => 0,
    );
    const create = (name: string) =>
      writes.create({ resource, namespace: 'ns', name: '', subresource: '' }, { metadata: { name } }, writer);
    return { create, names: () => store.list(resource).map(({ metadata }) => metadata.name) };
  };

  test('make room for new events by dropping the oldest', () => {
    const { create, names } = filled({ ...apiEvents, limit: 2 });
    for (const name of ['a', 'b', 'c']) create(name);
    expect(names()).toEqual(['b', 'c']);
  });

  test('refuse one lease too many', () => {
    const { create, names } = filled({ ...leaseResource, limit: 2 });
    for (const name of ['a', 'b']) create(name);
    expect(() => create('c')).toThrow('etcdserver: mvcc: database space exceeded');
    expect(names()).toEqual(['a', 'b']);
  });
});

describe('a table', () => {
  const columns: readonly Column[] = [
    { name: 'Mode', jsonPath: '.spec.mode', type: 'string' },
    { name: 'Ready', jsonPath: '.status.conditions[?(@.type=="Ready")].status', type: 'string', priority: 1 },
    { name: 'First', jsonPath: '.spec.objectives[0].name', type: 'string' },
    { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date' },
  ];
  const row = (spec: JsonObject, status: JsonObject, ageMs: number): Json => {
    const metadata = { name: 'api', uid: '', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
    const object = { apiVersion: 'v1', kind: 'K', metadata, spec, status };
    const { rows } = table([object], printed(sloPolicies, columns), {}, Date.UTC(2026, 0, 1) + ageMs, 'None');
    return (rows as unknown as { cells: Json }[])[0]!.cells;
  };

  test('finds fields, elements, and conditions by type', () => {
    const status = {
      conditions: [
        { type: 'Stalled', status: 'False' },
        { type: 'Ready', status: 'True' },
      ],
    };
    expect(row({ mode: 'Observe', objectives: [{ name: 'errors' }] }, status, 0)).toEqual([
      'api',
      'Observe',
      'True',
      'errors',
      '0s',
    ]);
    expect(row({}, {}, 0)).toEqual(['api', null, null, null, '0s']);
  });

  test.each([
    [119, '119s'],
    [120, '2m'],
    [310, '5m10s'],
    [3_600, '60m'],
    [12_000, '3h20m'],
    [36_000, '10h'],
    [4 * 86_400, '4d'],
  ])('says %i s as %s', (seconds, text) => {
    expect(row({}, {}, seconds * 1000)).toContain(text);
  });
});

describe('the door', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await TestCluster.start();
  });
  afterEach(() => cluster.stop());

  test('lets the lab in without HTTP, by the same rules', () => {
    const seen: string[] = [];
    const { policies } = cluster.door;
    const stop = policies.subscribe(({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
    policies.put(policy('api'));
    policies.put(policy('api'));
    policies.put(policy('api', { mode: 'Observe' }));
    expect(policies.get('default', 'api')).toMatchObject({ metadata: { generation: 2 }, spec: { mode: 'Observe' } });
    expect(() => policies.put(policy('bad', { objectives: [] }))).toThrow(/is invalid/);
    policies.delete('default', 'api');
    expect(() => policies.delete('default', 'api')).toThrow('slopolicies.steadyrun.dev "api" not found');
    stop();
    policies.put(policy('web'));
    expect(seen).toEqual(['ADDED api', 'MODIFIED api', 'DELETED api']);
    expect(policies.list().map(({ metadata }) => metadata.name)).toEqual(['web']);
  });

  test('makes a namespace when it is first used', async () => {
    cluster.door.policies.put(policy('api', {}, 'team'));
    const { items } = (await (await fetch(`${cluster.url}/api/v1/namespaces`)).json()) as {
      items: { metadata: { name: string } }[];
    };
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['default', 'team']);
  });

  test('takes YAML, as kubectl apply --server-side sends it', async () => {
    const body =
      'apiVersion: steadyrun.dev/v1alpha1\nkind: SLOPolicy\nmetadata: {name: api}\nspec:\n  service: {project: acme, region: europe-west1, name: api}\n  objectives: [{name: availability, targetPercent: 99.9}]\n';
    const url = `${cluster.url}/apis/steadyrun.dev/v1alpha1/namespaces/default/slopolicies/api?fieldManager=kubectl`;
    const response = await fetch(url, {
      method: 'PATCH',
      body,
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    expect(response.status).toBe(201);
  });

  test.each([
    ['GET', '/', 404],
    ['GET', '/healthz/nothing', 404],
    ['GET', '/apis/apps/v1/deployments', 404],
    ['GET', '/apis/steadyrun.dev/v1alpha1/slopolicies/api', 404],
    ['GET', '/apis/steadyrun.dev/v1alpha1/namespaces/default/slopolicies/api/scale', 404],
    ['DELETE', '/apis/steadyrun.dev/v1alpha1/namespaces/default/slopolicies', 405],
    ['POST', '/apis/steadyrun.dev/v1alpha1/slopolicies', 405],
    ['POST', '/api/v1/namespaces/default/events', 405],
    ['GET', '/apis/steadyrun.dev/v1alpha1/slopolicies?labelSelector=a%20b', 400],
    ['GET', '/apis/steadyrun.dev/v1alpha1/slopolicies?limit=-1', 400],
    ['GET', '/apis/steadyrun.dev/v1alpha1/slopolicies?continue=forgotten', 410],
    ['GET', '/apis/steadyrun.dev/v1alpha1/slopolicies?watch=1&resourceVersion=x', 400],
  ])('answers %s %s with %i and a Status object', async (method, path, code) => {
    const response = await fetch(cluster.url + path, { method });
    expect(response.status).toBe(code);
    expect(await response.json()).toMatchObject({ kind: 'Status', status: 'Failure', code });
  });

  test('refuses a body that cannot be read, or is too large', async () => {
    const url = `${cluster.url}/apis/steadyrun.dev/v1alpha1/namespaces/default/slopolicies`;
    expect((await fetch(url, { method: 'POST', body: '{"a":' })).status).toBe(400);
    expect((await fetch(url, { method: 'POST', body: `"${'x'.repeat(4_000_000)}"` })).status).toBe(413);
  });

  test('forgets lists under way when it is compacted', async () => {
    for (const name of ['a', 'b']) cluster.door.policies.put(policy(name));
    const url = `${cluster.url}/apis/steadyrun.dev/v1alpha1/slopolicies?limit=1`;
    const { metadata } = (await (await fetch(url)).json()) as { metadata: { continue: string } };
    cluster.door.compact();
    expect((await fetch(`${url}&continue=${metadata.continue}`)).status).toBe(410);
  });
});

describe('a namespace that is deleted', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await TestCluster.start();
  });
  afterEach(() => cluster.stop());

  const ask = async (path: string, method = 'GET', body?: object) => {
    const response = await fetch(`${cluster.url}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { code: response.status, body: (await response.json()) as { items?: unknown[]; message?: string } };
  };
  /** One of each kind. */
  const places = [
    ['/apis/steadyrun.dev/v1alpha1', 'slopolicies', 'SLOPolicy'],
    ['/apis/events.k8s.io/v1', 'events', 'Event'],
    ['/apis/coordination.k8s.io/v1', 'leases', 'Lease'],
    ['/apis/monitoring.coreos.com/v1', 'prometheusrules', 'PrometheusRule'],
  ] as const;
  const path = ([group, plural]: (typeof places)[number], namespace: string) =>
    `${group}/namespaces/${namespace}/${plural}`;
  const made = async (place: (typeof places)[number], namespace: string) => {
    const [group, , kind] = place;
    const own = kind === 'SLOPolicy' ? policy('mine') : {};
    const object = { apiVersion: group.replace('/apis/', ''), kind, ...own, metadata: { name: 'mine' } };
    return (await ask(path(place, namespace), 'POST', object)).code;
  };

  test('takes all that is in it with it, and nothing of another', async () => {
    for (const place of places)
      for (const namespace of ['team', 'team-b']) expect(await made(place, namespace)).toBe(201);
    expect((await ask('/api/v1/namespaces/team?dryRun=All', 'DELETE')).code).toBe(200);
    for (const place of places) expect((await ask(path(place, 'team'))).body.items).toHaveLength(1);
    const gone: string[] = [];
    cluster.door.policies.subscribe(({ type, object }) => gone.push(`${type} ${object.metadata.namespace}`));
    expect((await ask('/api/v1/namespaces/team', 'DELETE')).code).toBe(200);
    for (const place of places) {
      expect((await ask(path(place, 'team'))).body.items).toEqual([]);
      expect((await ask(path(place, 'team-b'))).body.items).toHaveLength(1);
    }
    expect(gone).toEqual(['DELETED team']);
    expect((await ask('/api/v1/namespaces/team')).code).toBe(404);
  });

  test('has to be made again before anything is in it', async () => {
    await made(places[0], 'team');
    await ask('/api/v1/namespaces/team', 'DELETE');
    expect(await made(places[0], 'team')).toBe(404);
    expect((await ask('/api/v1/namespaces', 'POST', { metadata: { name: 'team' } })).code).toBe(201);
    expect(await made(places[0], 'team')).toBe(201);
  });
});

test('what has an owner goes with the last of its owners, in its namespace', async () => {
  const cluster = await TestCluster.start();
  try {
    const rules = '/apis/monitoring.coreos.com/v1/namespaces/default/prometheusrules';
    const put = (name: string, owners: readonly string[]) => {
      const ownerReferences = owners.map((uid) => ({
        apiVersion: 'steadyrun.dev/v1alpha1',
        kind: 'SLOPolicy',
        name,
        uid,
      }));
      const metadata = { name, ownerReferences };
      const body = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec: { groups: [] } };
      return fetch(`${cluster.url}${rules}`, { method: 'POST', body: JSON.stringify(body) });
    };
    const names = async () => {
      const { items } = (await (await fetch(`${cluster.url}${rules}`)).json()) as {
        items: { metadata: { name: string } }[];
      };
      return items.map(({ metadata }) => metadata.name);
    };
    const [one, two] = ['one', 'two'].map((name) => cluster.door.policies.put(policy(name)).metadata.uid as string);
    await put('both', [one!, two!]);
    await put('first', [one!]);
    await put('nobodys', []);
    cluster.door.policies.delete('default', 'one');
    expect(await names()).toEqual(['both', 'nobodys']);
    cluster.door.policies.delete('default', 'two');
    expect(await names()).toEqual(['nobodys']);
  } finally {
    await cluster.stop();
  }
});
