import { describe, expect, it } from 'vitest';
import { revisionView, serviceView, shortName } from '../../src/cloudrun/view.ts';
import { ref } from './google.ts';

const message = {
  name: 'projects/acme/locations/europe-west1/services/api',
  uid: 'uid-1',
  etag: '"e"',
  generation: '12',
  observedGeneration: '12',
  traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' as const, revision: 'api-1', percent: 100, tag: '' }],
  latestCreatedRevision: 'projects/acme/locations/europe-west1/services/api/revisions/api-2',
  latestReadyRevision: 'api-1',
  terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED' as const },
  lastModifier: 'ada@example.com',
};

describe('a service as decisions see it', () => {
  it('has short names and the facts that decisions need', () => {
    expect(serviceView(ref, message)).toEqual({
      ref,
      uid: 'uid-1',
      etag: '"e"',
      generation: 12,
      settled: true,
      traffic: [{ revision: 'api-1', percent: 100 }],
      latestCreated: 'api-2',
      latestReady: 'api-1',
      latestServes: null,
      scaling: { mode: 'Automatic', maxInstances: null },
      lastModifier: 'ada@example.com',
    });
  });

  it('survives a message in which everything is missing or null', () => {
    const empty = { traffic: null, scaling: null, latestReadyRevision: '', terminalCondition: null, reconciling: null };
    expect(serviceView(ref, empty)).toMatchObject({
      etag: '',
      latestCreated: null,
      generation: 0,
      latestReady: null,
      latestServes: null,
      lastModifier: '',
    });
  });

  it('says why rollouts may begin in a freeze, where somebody wrote it on the service or on a revision', () => {
    const written = (reason: string) => ({ annotations: { 'steadyrun.dev/freeze-exempt': reason, other: 'x' } });
    for (const view of [
      (more: object) => serviceView(ref, { ...message, ...more }).freezeExempt,
      (more: object) => revisionView({ name: 'r', ...more }).freezeExempt,
    ]) {
      expect([{}, written(''), written('the law says so'), { annotations: null }].map(view)).toEqual([
        undefined,
        undefined,
        'the law says so',
        undefined,
      ]);
    }
  });

  const settled = [
    { when: 'the last change succeeded', is: true, with: {} },
    { when: 'Cloud Run is still at it', is: false, with: { reconciling: true } },
    { when: 'the last change has not been seen yet', is: false, with: { observedGeneration: '11' } },
    {
      when: 'the generations came as numbers or objects',
      is: true,
      with: { generation: 7, observedGeneration: { toString: () => '7' } },
    },
    { when: 'the newest revision failed', is: true, with: { terminalCondition: { state: 'CONDITION_FAILED' } } },
    {
      when: 'the newest revision failed and the observed generation stayed behind',
      is: true,
      with: { observedGeneration: '8', terminalCondition: { state: 3 } },
    },
  ];
  for (const { when, is, with: changes } of settled) {
    it(`is ${is ? '' : 'not '}settled when ${when}`, () => {
      expect(serviceView(ref, { ...message, ...changes } as typeof message).settled).toBe(is);
    });
  }

  const traffic = [
    { from: [], to: [{ revision: null, percent: 100 }], what: 'no traffic at all as everything to the latest' },
    { from: [{ type: 1, percent: 100 }], to: [{ revision: null, percent: 100 }], what: 'LATEST as a number' },
    {
      from: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', revision: 'api-9', percent: 100 }],
      to: [{ revision: null, percent: 100 }],
      what: 'LATEST by name, whatever revision it says it is now',
    },
    {
      from: [{ type: 2, revision: 'projects/p/locations/r/services/s/revisions/api-1', percent: 0, tag: 'blue' }],
      to: [{ revision: 'api-1', percent: 0, tag: 'blue' }],
      what: 'a tag without a share',
    },
    {
      from: [{ revision: 'api-1', percent: 100 }],
      to: [{ revision: 'api-1', percent: 100 }],
      what: 'a named revision without a type',
    },
  ];
  for (const { from, to, what } of traffic) {
    it(`reads ${what}`, () => {
      expect(serviceView(ref, { ...message, traffic: from as typeof message.traffic }).traffic).toEqual(to);
    });
  }

  const statuses = [
    { from: null, is: null, what: 'nothing, where nothing is said' },
    { from: [{ type: 2, revision: 'api-1', percent: 100 }], is: null, what: 'nothing, where only names serve' },
    { from: [{ type: 1, revision: '', percent: 100 }], is: null, what: 'nothing, where its revision is not named' },
    {
      from: [{ type: 1, revision: 'a/revisions/api-2', percent: 100 }],
      is: 'api-2',
      what: 'the revision that is named',
    },
    {
      from: [
        { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: 'api-1', percent: 100 },
        { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', revision: 'api-3', percent: 0, tag: 'next' },
      ],
      is: 'api-3',
      what: 'what its tag serves',
    },
  ];
  for (const { from, is, what } of statuses) {
    it(`reads what LATEST serves as ${what}`, () => {
      const seen = serviceView(ref, { ...message, trafficStatuses: from as typeof message.traffic | null });
      expect(seen.latestServes).toBe(is);
    });
  }

  it('reads the generation whether it came as text, as a number or as an object', () => {
    for (const generation of ['7', 7, { toString: () => '7' }]) {
      expect(serviceView(ref, { ...message, generation: generation as string }).generation).toBe(7);
    }
  });

  it('reads the maximum of instances that revisions share; none and 0 are no maximum', () => {
    for (const [maxInstanceCount, maxInstances] of [
      [3, 3],
      [0, null],
      [null, null],
    ] as const) {
      const view = serviceView(ref, { ...message, scaling: { scalingMode: 'AUTOMATIC', maxInstanceCount } });
      expect(view.scaling).toEqual({ mode: 'Automatic', maxInstances });
    }
  });

  it('reads manual scaling by name and by number', () => {
    for (const scalingMode of ['MANUAL', 2] as const) {
      const view = serviceView(ref, { ...message, scaling: { scalingMode, manualInstanceCount: 3 } });
      expect(view.scaling).toEqual({ mode: 'Manual', instances: 3 });
    }
  });
});

describe('a revision as decisions see it', () => {
  const states = [
    { state: 'CONDITION_SUCCEEDED', ready: 'True', message: '' },
    { state: 4, ready: 'True', message: '' },
    { state: 'CONDITION_FAILED', ready: 'False', message: 'why' },
    { state: 3, ready: 'False', message: 'why' },
    { state: 'CONDITION_PENDING', ready: 'Unknown', message: 'why' },
    { state: 'CONDITION_RECONCILING', ready: 'Unknown', message: 'why' },
    { state: undefined, ready: 'Unknown', message: 'why' },
  ] as const;
  for (const { state, ready, message } of states) {
    it(`is ${ready} when its Ready condition is ${state}`, () => {
      const conditions = [
        { type: 'Active', state: 'CONDITION_FAILED' as const, message: 'Reserve' },
        { type: 'Ready', state, message: 'why' },
      ];
      expect(revisionView({ name: 'a/b/api-1', conditions } as Parameters<typeof revisionView>[0])).toMatchObject({
        name: 'api-1',
        ready,
        message,
      });
    });
  }

  it('is of unknown readiness without a Ready condition', () => {
    expect(revisionView({ name: 'api-1' })).toMatchObject({ ready: 'Unknown', message: '' });
  });

  it('is ready by its condition Ready alone: what serves nobody is retired, and its condition Active has failed', () => {
    for (const revisionReason of ['RETIRED', 'RESERVE'] as const) {
      const ready = { type: 'Ready', state: 'CONDITION_SUCCEEDED', revisionReason } as const;
      const active = { type: 'Active', state: 'CONDITION_FAILED', severity: 'INFO', revisionReason } as const;
      for (const conditions of [
        [ready, active],
        [active, ready],
      ]) {
        expect(revisionView({ name: 'api-1', conditions })).toMatchObject({ ready: 'True', message: '' });
      }
    }
  });

  it('has its creation time in milliseconds', () => {
    expect(revisionView({ name: 'api-1', createTime: { seconds: '1700000000', nanos: 250_999_999 } }).createdAtMs).toBe(
      1_700_000_000_250,
    );
  });
});

it('takes the last segment of a name, and no name for an empty one', () => {
  expect([shortName('a/b/c'), shortName('c'), shortName(''), shortName(null), shortName(undefined)]).toEqual([
    'c',
    'c',
    null,
    null,
    null,
  ]);
});
