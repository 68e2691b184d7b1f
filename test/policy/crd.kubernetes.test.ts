/**
 * The CRD against a real API server: it is accepted there, and it admits, defaults and refuses as our own code does.
 * That is also what holds each CEL rule to its TypeScript twin.
 */
import {
  ApiException,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Condition,
} from '@kubernetes/client-node';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { admit } from '../../src/policy/admit.ts';
import { crd } from '../../src/policy/crd.ts';
import { serviceIsFixed } from '../../src/policy/rules.ts';
import { type ApiServer, startApiServer } from '../real/apiserver.ts';
import { oddPolicy } from './arbitrary.ts';
import { asJson, fine, invalid, minimal } from './invalid.ts';
import { ruleMessages } from './schemas.ts';

const resource = { group: 'steadyrun.dev', version: 'v1alpha1', namespace: 'default', plural: 'slopolicies' };

interface Answer {
  readonly code: number;
  readonly spec?: unknown;
  readonly message: string;
}

describe('A real API server', () => {
  let server: ApiServer;
  let objects: CustomObjectsApi;

  beforeAll(async () => {
    server = await startApiServer(process.env.KUBEBUILDER_ASSETS!);
    const config = new KubeConfig();
    config.loadFromFile(server.admin);
    objects = config.makeApiClient(CustomObjectsApi);
    await install(objects);
  });
  afterAll(() => server.stop());

  it('admits a minimal policy and stores the same as the lab does', async () => {
    expect((await create(minimal)).spec).toEqual(stored(minimal));
  });

  it('admits a full policy and stores the same as the lab does', async () => {
    const answer = await create(asJson(fine));
    expect(answer.message).toBe('');
    expect(answer.spec).toEqual(stored(asJson(fine)));
  });

  it.each(invalid.filter((each) => !each.onlyOffline))('refuses $what', async ({ text, message }) => {
    const answer = await create(asJson(text));
    expect(answer.code).toBeGreaterThanOrEqual(400);
    if (ruleMessages.has(message) && !text.includes('99999999999999999h')) expect(answer.message).toContain(message);
  });

  const offline = invalid.filter((each) => each.onlyOffline);
  it.each(offline.filter((each) => !each.unknownToServer))('drops, or strictly refuses, $what', async ({ text }) => {
    expect((await create(asJson(text))).spec).toEqual(stored(asJson(text)));
    expect((await create(asJson(text), 'Strict')).message).toContain('unknown field');
  });

  it.each(offline.filter((each) => each.unknownToServer))(
    'stores as it is, knowing neither PromQL nor time zones, $what',
    async ({ text }) => {
      expect((await create(asJson(text), 'Strict')).spec).toEqual(stored(asJson(text)));
    },
  );

  it('agrees with our own code about policies at random', async () => {
    for (const raw of fc.sample(oddPolicy, { numRuns: 200, seed: 1 })) {
      const { spec } = await create(raw);
      const ours = admit(raw);
      expect({ raw, spec }).toEqual({ raw, spec: ours.ok ? ours.object.spec : undefined });
    }
  });

  it('refuses to let a policy move to another service', async () => {
    const name = minimal.metadata.name;
    const created = await objects.createNamespacedCustomObject({ ...resource, body: minimal });
    const moved = { ...created, spec: { ...minimal.spec, service: { ...minimal.spec.service, name: 'other' } } };
    const answer = await answerOf(objects.replaceNamespacedCustomObject({ ...resource, name, body: moved }));
    expect(answer.message).toContain(serviceIsFixed.message);
  });

  it.each([
    ['30d', { calendar: 'Month' }],
    [{ calendar: 'Quarter', timeZone: 'Europe/Berlin' }, '7d'],
    [{ calendar: 'Month', timeZone: 'UTC' }, { calendar: 'Quarter' }],
  ])('lets an apply change a window of %j into %j, whichever kind it is', async (before, after) => {
    const { name } = minimal.metadata;
    const strategy = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply);
    for (const window of [before, after]) {
      const body = { ...minimal, metadata: { name: `${name}-applied` }, spec: { ...minimal.spec, window } };
      const request = { ...resource, name: `${name}-applied`, body, fieldManager: 'team' };
      const answer = await answerOf(objects.patchNamespacedCustomObject(request, strategy));
      expect(answer).toMatchObject({ code: 200, spec: { window } });
    }
  });

  const create = (body: unknown, fieldValidation = 'Ignore'): Promise<Answer> =>
    answerOf(objects.createNamespacedCustomObject({ ...resource, body, dryRun: 'All', fieldValidation }));
});

const stored = (raw: unknown): unknown => {
  const admission = admit(raw);
  return admission.ok ? admission.object.spec : admission.message;
};

async function answerOf(request: Promise<{ spec?: unknown }>): Promise<Answer> {
  try {
    return { code: 200, spec: (await request).spec, message: '' };
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    return { code: error.code, message: JSON.parse(String(error.body)).message };
  }
}

/** As an object that the client knows nothing of: its own type would silently drop the defaults and the rules. */
async function install(objects: CustomObjectsApi): Promise<void> {
  const definitions = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
  await objects.createClusterCustomObject({ ...definitions, body: crd, fieldValidation: 'Strict' });
  await vi.waitUntil(async () => {
    const { status } = await objects.getClusterCustomObject({ ...definitions, name: crd.metadata.name });
    return status.conditions?.some((each: V1Condition) => each.type === 'Established' && each.status === 'True');
  }, 30_000);
}
