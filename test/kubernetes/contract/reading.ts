import { describe, expect, test } from 'vitest';
import { policy } from '../cluster.ts';
import { type Body, GROUP, type Helpers, TABLE, TEAM } from './helpers.ts';

/** Single objects, pages, selectors, tables. */
export function reading({ get, post, create, made, of }: Helpers): void {
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
        await post(TEAM, { ...policy(each), metadata: { name: each, labels: label } });
      }
      const { body } = await get(`${TEAM}?${query}`);
      expect(body.items.map((item: Body) => item.metadata.name)).toEqual(expected);
    });

    test.each([
      'spec.mode%3DEnforce',
      'spec.service.name%3Dapi',
      'status.phase!%3DSteady',
      'metadata.labels%3Da',
      'metadata.name%3Dsel-b,spec.mode%3DEnforce',
    ])('cannot select by a field that the CRD does not name: %s', async (selector) => {
      const field = /(spec|status|metadata\.labels)[\w.]*/.exec(selector)![0];
      for (const query of [`fieldSelector=${selector}`, `watch=true&timeoutSeconds=1&fieldSelector=${selector}`]) {
        const { code, body } = await get(`${TEAM}?${query}`);
        expect({ code, reason: body.reason, message: body.message }).toEqual({
          code: 400,
          reason: 'BadRequest',
          message: `field label not supported: ${field}`,
        });
      }
    });

    test.each([
      [TEAM, 'metadata.namespace%3Ddefault', 200],
      ['/api/v1/namespaces', 'metadata.name%3Ddefault', 200],
      ['/api/v1/namespaces', 'status.phase%3DActive', 200],
      ['/api/v1/namespaces', 'spec.finalizers%3Dx', 400],
      ['/apis/coordination.k8s.io/v1/leases', 'spec.holderIdentity%3Dx', 400],
      ['/api/v1/events', 'involvedObject.kind%3DSLOPolicy', 200],
      ['/api/v1/events', 'regarding.kind%3DSLOPolicy', 400],
    ])('of %s by %s is answered with %d', async (path, selector, code) => {
      expect((await get(`${path}?fieldSelector=${selector}`)).code).toBe(code);
    });

    test('as a table shows the columns of the CRD', async () => {
      const object = await made();
      const { code, body } = await get(of(object), TABLE);
      expect([code, body.kind]).toEqual([200, 'Table']);
      const columns = body.columnDefinitions.map((column: Body) => `${column.name}/${column.type}/${column.priority}`);
      expect(columns.slice(0, 3)).toEqual(['Name/string/0', 'Service/string/0', 'Phase/string/0']);
      expect(columns).toContain('Age/date/0');
      expect(body.rows[0].cells.slice(0, 3)).toEqual([object.metadata.name, object.metadata.name, null]);
      expect(body.rows[0].object.kind).toBe('PartialObjectMetadata');
    });
  });
}
