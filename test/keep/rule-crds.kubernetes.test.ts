/**
 * What is generated fits the kinds that hold it, as their makers publish them, on a real API server and with strict
 * validation; and what the operator says of kinds that are not there, or are not granted, is true.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { rulesText } from '../../src/generate/flavors.ts';
import { Keeper } from '../../src/keep/keeper.ts';
import { kinds } from '../../src/keep/wanted.ts';
import { loadKubeConfig, type PooledKubeConfig } from '../../src/kubernetes/http/client.ts';
import { KubernetesRules, ruleKinds } from '../../src/kubernetes/rules/rules.ts';
import { apiVersion, kind as policyKind } from '../../src/policy/api.ts';
import { storedPolicy } from '../../src/policy/parse.ts';
import type { RuleKind } from '../../src/ports/rule-objects.ts';
import { drawnPolicies } from '../generate/drawn-policies.ts';
import { everyKindAt } from '../generate/every-kind.ts';
import { type Body, call } from '../kubernetes/contract/helpers.ts';
import { installed, manifestsOf, ruleCrds } from '../kubernetes/installed.ts';
import { type ApiServer, startApiServer } from '../real/apiserver.ts';

let server: ApiServer;
let admin: PooledKubeConfig;
let operator: PooledKubeConfig;
beforeAll(async () => {
  server = await startApiServer(process.env.KUBEBUILDER_ASSETS!);
  admin = loadKubeConfig({ kubeconfig: server.admin });
  operator = loadKubeConfig({ kubeconfig: server.operator });
  await installed(
    admin,
    ['namespace', 'crd', 'rbac'].flatMap((file) => manifestsOf(`base/${file}`)),
  );
});
afterAll(async () => {
  await Promise.all([admin.close(), operator.close()]);
  await server.stop();
});

/** What the operator says of a new policy, by its own rights. */
async function standing(kind: RuleKind, config: PooledKubeConfig, name = 'api') {
  const stored = storedPolicy({
    apiVersion,
    kind: policyKind,
    metadata: {
      name,
      namespace: 'default',
      uid: `0000-${name}`,
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      service: { project: 'acme', region: 'europe-west1', name },
      objectives: [{ name: 'availability', targetPercent: 99.9 }],
      generate: { rules: kind },
    },
  });
  const keeper = new Keeper({
    objects: new KubernetesRules(config),
    clock: { nowMs: () => 0 },
    fence: { check: () => undefined },
    onNews: () => undefined,
    onTrouble: () => undefined,
  });
  keeper.see(stored);
  await keeper.settled();
  return keeper.standing(stored);
}

describe('from nothing to all of it', () => {
  test.each(kinds)('without its grant, the operator says what to add for %s', async (kind) => {
    const said = await standing(kind, operator);
    expect(said).toMatchObject({ isKept: false, reason: 'RulesNotGranted' });
    expect(said!.message).toContain('deploy/components/generated-rules');
  });

  test.each(kinds)('without the CRD, it says that the cluster knows no %s', async (kind) => {
    expect(await standing(kind, admin)).toMatchObject({ isKept: false, reason: 'RuleKindUnknown' });
    await installed(
      admin,
      ruleCrds().filter(({ spec }) => spec.names.kind === kind),
    );
  });

  test.each(kinds)('with both, %s is written', async (kind) => {
    if (kind === kinds[0]) await installed(admin, manifestsOf('components/generated-rules/rbac'));
    expect(await standing(kind, operator, 'granted')).toMatchObject({ isKept: true, reason: 'Applied' });
  });
});

describe.each(kinds)('%s', (kind) => {
  const { group, plural, namespaced } = ruleKinds[kind];
  const policies = [everyKindAt('GoogleManagedPrometheus'), everyKindAt('Prometheus'), ...drawnPolicies(100)];
  const send = async (object: Body) => {
    const { namespace, name } = object.metadata;
    if (namespaced) {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
      await call(admin, 'POST', '/api/v1/namespaces', { body });
    }
    const where = `/apis/${group}/v1${namespaced ? `/namespaces/${namespace}` : ''}/${plural}/${name}`;
    const path = `${where}?fieldManager=kubectl&force=true&fieldValidation=Strict`;
    const { code, body } = await call(admin, 'PATCH', path, { body: object, as: 'apply' });
    return code < 300 ? 'taken' : `${code} ${body.message}`;
  };

  test('takes the rules of every kind of promise, and of 100 policies, as they are printed', {
    timeout: 120_000,
  }, async () => {
    const objects = parseAllDocuments(rulesText(policies, kind), { version: '1.1' }).map((one) => one.toJS() as Body);
    expect(objects).toHaveLength(102);
    const answers: string[] = [];
    for (const object of objects) answers.push(await send(object));
    expect(answers.filter((answer) => answer !== 'taken').slice(0, 3)).toEqual([]);
    // All of it is there: nothing was left out in silence.
    const last = objects.at(-1)!;
    const where = namespaced ? `/namespaces/${last.metadata.namespace}` : '';
    const { body } = await call(admin, 'GET', `/apis/${group}/v1${where}/${plural}/${last.metadata.name}`);
    expect(body.spec).toEqual(last.spec);
  });

  test('refuses a field that it does not have', async () => {
    const [object] = parseAllDocuments(rulesText([policies[2]!], kind)).map((one) => one.toJS() as Body);
    const [first, ...rest] = object.spec.groups;
    const wrong = { ...object, spec: { groups: [{ ...first, rules: [{ ...first.rules[0], other: 1 }] }, ...rest] } };
    expect(await send(wrong)).toContain('other');
  });
});
