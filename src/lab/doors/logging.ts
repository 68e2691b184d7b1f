/** The lab's Cloud Logging: `entries:list`. No authentication. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listEntries } from '../logging/entries.ts';
import { Refusal } from '../world/refusal.ts';
import type { World } from '../world.ts';
import { failed } from './failure.ts';
import { type Answer, readObject, send } from './http.ts';

/** A handler for node:http servers. It answers every request and does not throw. */
export const loggingDoor =
  (world: World) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    send(response, await answer(world, request));

async function answer(world: World, request: IncomingMessage): Promise<Answer> {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://lab');
    if (request.method !== 'POST' || pathname !== '/v2/entries:list')
      throw new Refusal('NOT_FOUND', `There is nothing at ${request.method} ${pathname}`);
    return { code: 200, body: listEntries(world, await readObject(request)) };
  } catch (error) {
    return failed(error);
  }
}
