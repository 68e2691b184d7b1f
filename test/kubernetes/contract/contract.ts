/**
 * What this project relies on of a Kubernetes API server, asked over HTTP: the same questions to the lab's and to a real
 * one, so that the lab cannot drift from what it stands for.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PooledKubeConfig } from '../../../src/kubernetes/http/client.ts';
import { adapters } from './adapters.ts';
import { applying } from './applying.ts';
import { ALL, type Body, GROUP, helpers } from './helpers.ts';
import { keeping } from './keeping.ts';
import { reading } from './reading.ts';
import { watching } from './watching.ts';
import { creating, deleting, patching, replacing } from './writing.ts';

/** An API server that has the CRD and the kinds that hold rules, and how to reach it. */
export interface Connection {
  /** May do everything. */
  readonly admin: PooledKubeConfig;
  /** The operator's own rights. */
  readonly operator: PooledKubeConfig;
  stop(): Promise<void>;
}

/** Defines the suite against whatever `connect` reaches. */
export function contract(name: string, connect: () => Promise<Connection>): void {
  describe(`${name} keeps the contract:`, () => {
    let connection: Connection;
    beforeAll(async () => {
      connection = await connect();
    });
    afterAll(() => connection.stop());

    const words = helpers(() => connection.admin);
    const { get, post, put } = words;
    creating(words);
    reading(words);
    replacing(words);
    patching(words);
    applying(words);
    deleting(words);
    watching(words);
    describe('with our own adapters', () => {
      adapters(() => connection, words);
      keeping(() => connection, words);
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
      const created = await post(leases, body);
      expect(created.code).toBe(201);
      const taken = { ...created.body, spec: { holderIdentity: 'b' } };
      expect((await put(`${leases}/contract`, taken)).code).toBe(200);
      expect(await put(`${leases}/contract`, taken)).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
      expect(await put(`${leases}/contract`, body)).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
      expect(await post(leases, body)).toMatchObject({
        code: 409,
        body: { reason: 'AlreadyExists' },
      });
    });
  });
}
