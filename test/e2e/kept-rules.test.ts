/** The operator as it runs, over HTTP: rules come, change their kind, are found when they are left behind, and go. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Doors, endAll, json, startLab, steadyrun } from './doors.ts';

let lab: Doors;
beforeAll(async () => {
  lab = await startLab('--speed', '60', '--seed', '7');
});
afterAll(() => endAll());

const policies = '/apis/steadyrun.dev/v1alpha1/namespaces/default/slopolicies';
const kinds = {
  GlobalRules: '/apis/monitoring.googleapis.com/v1/globalrules',
  PrometheusRule: '/apis/monitoring.coreos.com/v1/namespaces/default/prometheusrules',
} as const;
type Kind = keyof typeof kinds;

interface Held {
  readonly metadata: { readonly name: string };
}
const names = async (kind: Kind): Promise<string[]> => {
  const { items } = await json<{ items: Held[] }>(`${lab.kubernetes}${kinds[kind]}`);
  return items.map(({ metadata }) => metadata.name);
};
const held = async () => ({ GlobalRules: await names('GlobalRules'), PrometheusRule: await names('PrometheusRule') });
const soon = (expected: Readonly<Record<Kind, string[]>>) => expect.poll(held, { timeout: 60_000 }).toEqual(expected);
const asking = (kind: Kind) => ({ spec: { generate: { rules: kind } } });
const none = { GlobalRules: [], PrometheusRule: [] };

test('rules are kept as the policy asks, and nothing of them is left behind', async () => {
  const operator = steadyrun('run', '--lab', lab.url);
  await json(`${lab.kubernetes}${policies}`, 'POST', {
    apiVersion: 'steadyrun.dev/v1alpha1',
    kind: 'SLOPolicy',
    metadata: { name: 'api' },
    spec: {
      service: { project: 'acme', region: 'europe-west1', name: 'api' },
      objectives: [{ name: 'availability', targetPercent: 99.9 }],
      ...asking('PrometheusRule').spec,
    },
  });
  await soon({ ...none, PrometheusRule: ['steadyrun-api'] });
  await json(`${lab.kubernetes}${policies}/api`, 'PATCH', asking('GlobalRules'));
  await soon({ ...none, GlobalRules: ['steadyrun-default.api'] });
  // Nobody is there to see the policy go.
  const gone = new Promise((resolve) => operator.once('exit', resolve));
  operator.kill('SIGTERM');
  await gone;
  await json(`${lab.kubernetes}${policies}/api`, 'DELETE');
  expect(await held()).toEqual({ ...none, GlobalRules: ['steadyrun-default.api'] });
  steadyrun('run', '--lab', lab.url);
  await soon(none);
});
