import { describe, expect, test } from 'vitest';
import { policy } from '../cluster.ts';
import { type Body, type Helpers, TEAM } from './helpers.ts';

/** Server-side apply, on which the whole status rests. */
export function applying({ fresh, patch, made, of, apply, applyStatus }: Helpers): void {
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
      expect((await applyStatus(first, { verdict: 'Healthy' })).body.status).toEqual({ verdict: 'Healthy' });
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

    test('a status is refused from an older version, for what is not there, and when it is invalid', async () => {
      const first = await made();
      const { name, resourceVersion } = first.metadata;
      await patch(of(first), 'merge', { metadata: { labels: { a: 'b' } } });
      const late = await apply(`${of(first)}/status`, 'steadyrun', {
        metadata: { name, resourceVersion },
        status: { phase: 'Steady' },
      });
      expect([late.code, late.body.reason]).toEqual([409, 'Conflict']);
      const missing = await apply(`${TEAM}/nobody/status`, 'steadyrun', { metadata: { name: 'nobody' }, status: {} });
      expect([missing.code, missing.body.reason]).toEqual([404, 'NotFound']);
      const invalid = await applyStatus(first, { phase: 'Dancing' });
      expect([invalid.code, invalid.body.reason]).toEqual([422, 'Invalid']);
    });

    test('of a status takes no notice of the uid, elsewhere it cannot change', async () => {
      const first = await made();
      const metadata = { name: first.metadata.name, uid: '00000000-0000-4000-8000-000000000000' };
      const status = await apply(`${of(first)}/status`, 'steadyrun', { metadata, status: { phase: 'Steady' } });
      expect([status.code, status.body.metadata.uid]).toEqual([200, first.metadata.uid]);
      const { spec } = policy(metadata.name) as Body;
      expect(await apply(of(first), 'steadyrun', { metadata, spec })).toMatchObject({
        code: 422,
        body: { reason: 'Invalid' },
      });
      expect(await patch(of(first), 'merge', { metadata })).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
    });

    test('knows no field that the schema does not have', async () => {
      const first = await made();
      const { code, body } = await applyStatus(first, { phase: 'Steady', mood: 'sunny' });
      expect(code).toBe(500);
      expect(body.message).toContain('.status.mood: field not declared in schema');
    });

    test('an object creates it, then changes it; what is no longer said returns to its default', async () => {
      const named = fresh();
      const { metadata, spec } = policy(named, {
        mode: 'Observe',
        rollout: { profile: 'Fast', stepsPercent: [10] },
      }) as Body;
      const created = await apply(`${TEAM}/${named}`, 'kubectl', { metadata, spec });
      expect([created.code, created.body.metadata.generation]).toEqual([201, 1]);
      const less = { ...spec, mode: undefined, rollout: { profile: 'Fast' } };
      const changed = await apply(`${TEAM}/${named}`, 'kubectl', { metadata, spec: less });
      expect([changed.code, changed.body.metadata.generation]).toEqual([200, 2]);
      expect(changed.body.spec).toMatchObject({ mode: 'Enforce' });
      expect(changed.body.spec.rollout).toMatchObject({ profile: 'Fast', maxBake: '45m' });
      expect(changed.body.spec.rollout.stepsPercent).toBeUndefined();
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
}
