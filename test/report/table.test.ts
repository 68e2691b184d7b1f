import { expect, test } from 'vitest';
import { reported } from '../../src/loop/conditions.ts';
import { columns } from '../../src/policy/crd.ts';
import { table } from '../../src/report/table.ts';
import { ago, nowMs, policy, ramping, saturated, steady } from './statuses.ts';

test('policies are shown a line each, whatever state they are in', () => {
  const conflict = { type: 'Stalled', status: 'True' as const, reason: 'Conflict', message: 'x' };
  const policies = [
    policy('api', { status: ramping }),
    policy('checkout', { namespace: 'web', status: { ...steady, verdict: 'Breaching' } }),
    policy('full', { status: reported(policy('full'), saturated, null, nowMs) }),
    policy('new'),
    policy('twin', { status: { ...steady, conditions: [{ ...conflict, lastTransitionTime: ago(1) }] } }),
    policy('wrong', { spec: { objectives: [] } }),
  ];
  expect(`\n${table(policies, nowMs).join('\n')}\n`).toBe(`
NAMESPACE  NAME      SERVICE   PHASE        CANDIDATE      WEIGHT  LAST GOOD      VERDICT    BUDGET  SATURATION  TROUBLE                       AGE
default    api       api       Ramping      api-00002-bbb     5 %  api-00001-aaa  Healthy                                                      90 min
web        checkout  checkout  Steady                              api-00001-aaa  Breaching                                                    90 min
default    full      full      Steady                              api-00001-aaa                     mem 87 %    Saturated, ConnectionCeiling  90 min
default    new       new       Pending                                                                                                         90 min
default    twin      twin      Conflict                            api-00001-aaa                                 Conflict                      90 min
default    wrong     ?         InvalidSpec                                                                       InvalidSpec                   90 min
`);
});

test('the columns are those of kubectl get slopolicies', () => {
  const [header] = table([], nowMs);
  const shown = columns.filter(({ priority }) => priority === 0).map(({ name }) => name.toUpperCase());
  expect(header!.split(/ {2,}/)).toEqual(['NAMESPACE', 'NAME', ...shown]);
});

test('a policy that is younger than now, by a clock that runs behind, is 0 s old', () => {
  expect(table([policy('api')], nowMs - 24 * 3_600_000).at(-1)).toMatch(/ 0 s$/);
});
