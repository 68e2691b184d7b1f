import { describe, expect, test } from 'vitest';
import { policy } from '../cluster.ts';
import { type Body, type Helpers, open, TABLE, TEAM } from './helpers.ts';

/** Streams of changes, and how they end. */
export function watching({ fresh, patch, remove, create, made, of, applyStatus, admin }: Helpers): void {
  describe('watching', () => {
    /** Reads lines until there are as many as wanted, or the server ends the stream. */
    async function watch(
      query: string,
      wanted: number,
      act: () => Promise<unknown> = async () => undefined,
      accept = 'application/json',
    ) {
      const stop = new AbortController();
      const { statusCode, body } = await open(admin(), 'GET', `${TEAM}?watch=true&${query}`, {
        accept,
        signal: stop.signal,
      });
      const lines: Body[] = [];
      await act();
      let rest = '';
      try {
        for await (const chunk of body) {
          const parts = (rest + chunk).split('\n');
          rest = parts.pop() ?? '';
          for (const part of parts) lines.push(JSON.parse(part));
          if (lines.length >= wanted) break;
        }
      } finally {
        stop.abort();
      }
      return { code: statusCode, lines };
    }
    const shown = (lines: readonly Body[]): readonly string[] =>
      lines.map(({ type, object }) => `${type} ${object.metadata.name}`);

    test('tells every change after a version, in order', async () => {
      const first = await made();
      const named = fresh();
      const { lines } = await watch(
        `resourceVersion=${first.metadata.resourceVersion}&timeoutSeconds=30`,
        4,
        async () => {
          const object = await create(policy(named));
          await patch(of(object), 'merge', { spec: { mode: 'Observe' } });
          await applyStatus(object, { phase: 'Steady' });
          await remove(of(object));
        },
      );
      expect(shown(lines)).toEqual([`ADDED ${named}`, `MODIFIED ${named}`, `MODIFIED ${named}`, `DELETED ${named}`]);
      const versions = lines.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      expect(lines[3].object.status).toEqual({ phase: 'Steady' });
    });

    test('begins with what there is where no version is given', async () => {
      const object = await create({
        ...policy(fresh()),
        metadata: { name: 'there-already', labels: { there: 'yes' } },
      });
      const { lines } = await watch('labelSelector=there%3Dyes&timeoutSeconds=30', 1);
      expect(shown(lines)).toEqual([`ADDED ${object.metadata.name}`]);
    });

    test('adds and deletes what begins and ceases to match', async () => {
      const object = await made();
      const start = object.metadata.resourceVersion;
      const { lines } = await watch(`labelSelector=hot&resourceVersion=${start}&timeoutSeconds=30`, 3, async () => {
        await patch(of(object), 'merge', { metadata: { labels: { hot: '1' } } });
        await patch(of(object), 'merge', { metadata: { labels: { hot: '2' } } });
        await patch(of(object), 'merge', { metadata: { labels: { hot: null } } });
      });
      expect(shown(lines).map((line) => line.split(' ')[0])).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    });

    test('ends cleanly after the time it was asked for', async () => {
      const { metadata } = await made();
      const { code, lines } = await watch(`timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`, 100);
      expect({ code, lines }).toEqual({ code: 200, lines: [] });
    });

    test('from a forgotten version is an ERROR event with 410', async () => {
      await made();
      const { code, lines } = await watch('resourceVersion=1&timeoutSeconds=10', 1);
      expect(code).toBe(200);
      expect(lines[0]).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    });

    test('from a version that is yet to come is silent', async () => {
      const { code, lines } = await watch('resourceVersion=999999999&timeoutSeconds=1', 1, () => made());
      expect({ code, lines }).toEqual({ code: 200, lines: [] });
    });

    test('with initial events says where they end', async () => {
      await create({ ...policy(fresh()), metadata: { name: 'streamed', labels: { streamed: 'yes' } } });
      const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
      const { lines } = await watch(`${query}&labelSelector=streamed&timeoutSeconds=30`, 2);
      expect(lines.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
      expect(lines[1].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    });

    test('as a table sends a row at a time', async () => {
      const first = await made();
      const { lines } = await watch(
        `resourceVersion=${first.metadata.resourceVersion}&timeoutSeconds=30`,
        1,
        () => made(),
        TABLE,
      );
      expect(lines[0]).toMatchObject({
        type: 'ADDED',
        object: { kind: 'Table', rows: [{ object: { kind: 'PartialObjectMetadata' } }] },
      });
    });
  });
}
