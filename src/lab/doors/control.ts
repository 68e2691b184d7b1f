/** The lab's own door: what runs here, trouble on request, the clock, and the truth that no operator can see. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { iso } from '../../facts/time.ts';
import { parseEvent, strengthAt } from '../../scenario/events.ts';
import { Misshapen } from '../../scenario/shape.ts';
import type { JsonObject } from '../world/json.ts';
import { Refusal } from '../world/refusal.ts';
import type { Posted, World } from '../world.ts';
import { deployed } from './deployments.ts';
import { type Answer, readObject, send } from './http.ts';

export interface ControlDoorOptions {
  readonly world: World;
  /** What the lab says of itself when it is ready. */
  readonly description: () => JsonObject;
  /** Now in the world and on the wall, and how fast the one runs by the other. */
  readonly clock: () => { readonly nowMs: number; readonly wallMs: number; readonly speed: number };
}

type Handler = (request: IncomingMessage, query: URLSearchParams) => Promise<JsonObject>;

export class ControlDoor {
  readonly #options: ControlDoorOptions;
  readonly #handlers: Readonly<Record<string, Handler>> = {
    'GET /': async () => this.#options.description(),
    'GET /lab/v1/clock': async () => ({ ...this.#options.clock() }),
    'GET /lab/v1/truth': async (_, query) => this.#truth(query.get('service')),
    'POST /lab/v1/images': async (request) => this.#image(await readObject(request)),
    'GET /lab/v1/events': async () => this.#events(),
    'POST /lab/v1/events': async (request) => this.#event(await readObject(request)),
    'POST /lab/v1/events/end': async (request) => this.#end(await readObject(request)),
    'POST /lab/v1/deployments': async (request) => deployed(this.#options.world, await readObject(request)),
  };

  constructor(options: ControlDoorOptions) {
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    send(response, await this.#answer(request));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://lab');
    const handler = this.#handlers[`${request.method} ${pathname}`];
    if (handler === undefined) {
      const known = Object.keys(this.#handlers).join(', ');
      return failure(404, `there is nothing at ${request.method} ${pathname}; there is ${known}`);
    }
    try {
      return { code: 200, body: await handler(request, searchParams) };
    } catch (error) {
      if (error instanceof Refusal) return failure(error.code === 'NOT_FOUND' ? 404 : 400, error.message);
      if (error instanceof Misshapen) return failure(400, error.message);
      return failure(500, String(error));
    }
  }

  /** A tag names other code from now on: the next revision that is made from it runs that. */
  #image({ image, digest }: JsonObject): JsonObject {
    if (typeof image !== 'string' || image === '' || image.includes('@'))
      throw new Misshapen('image: must be a name with a tag, as in registry.example/app:latest');
    if (digest !== undefined && !(typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)))
      throw new Misshapen('digest: must look like sha256: and 64 digits of 0-9 and a-f');
    return { image, digest: this.#options.world.moveTag(image, digest) };
  }

  /** `at` counts from now. Without a service every one is met. */
  #event({ service, ...event }: JsonObject): JsonObject {
    if (service !== undefined && typeof service !== 'string') throw new Misshapen('service: must be a name');
    const { id, startMs } = this.#options.world.schedule(service ?? null, parseEvent(event));
    return { id, starts: iso(startMs) };
  }

  /** What is over already is not ended again. */
  #end({ id }: JsonObject): JsonObject {
    if (id !== 'all' && !(typeof id === 'number' && Number.isInteger(id)))
      throw new Misshapen('id: must be the number of an event, or all');
    const { world } = this.#options;
    if (id !== 'all' && !world.events.some(({ scheduled }) => scheduled.id === id))
      throw new Refusal('NOT_FOUND', `there is no event ${id}; GET /lab/v1/events has them all`);
    return { now: iso(world.nowMs), ended: [...world.endEvents(id === 'all' ? null : id)] };
  }

  #events(): JsonObject {
    const { events, nowMs } = this.#options.world;
    return { now: iso(nowMs), events: events.map((posted) => eventJson(posted, nowMs)) };
  }

  #truth(service: string | null): JsonObject {
    if (service === null) throw new Misshapen('service: say whose truth, as in /lab/v1/truth?service=api');
    const { nowMs, requests, bad, byRevision, writes } = this.#options.world.truth(service);
    return {
      now: iso(nowMs),
      requests,
      bad,
      byRevision: Object.fromEntries(Object.entries(byRevision).map(([name, truth]) => [name, { ...truth }])),
      writes: writes.map(({ atMs, by, kind, body }) => ({ at: iso(atMs), by, kind, body })),
    };
  }
}

/** `strength`: 1 while it is fully felt, 0 while it is not; between the two while it climbs. */
function eventJson({ service, scheduled }: Posted, nowMs: number): JsonObject {
  const { at: _, for: lengthMs, every, jitter: __, ramp, ...does } = scheduled.event;
  return {
    id: scheduled.id,
    service,
    ...does,
    starts: iso(scheduled.startMs),
    forSeconds: lengthMs / 1000,
    ...(every !== undefined && { everySeconds: every / 1000 }),
    ...(ramp !== undefined && { rampSeconds: ramp / 1000 }),
    ...(scheduled.endedMs !== undefined && { ended: iso(scheduled.endedMs) }),
    strength: strengthAt(scheduled, nowMs),
  };
}

const failure = (code: number, message: string): Answer => ({ code, body: { error: { code, message } } });
