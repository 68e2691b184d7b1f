/**
 * What the loop relies on of Cloud Run, asked of the port `Services`: the same questions to the lab in process and to Cloud
 * Run's own client over the lab's door, so that a scenario in process proves what will happen over HTTP.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import type { World } from '../../../src/lab/world.ts';
import type { Services } from '../../../src/ports/services.ts';
import { reading } from './reading.ts';
import { refusing } from './refusing.ts';
import { tuning } from './tuning.ts';
import { writing } from './writing.ts';

/** A world, and the port on it. */
export interface Place {
  readonly world: World;
  readonly services: Services;
  close(): Promise<void>;
}

/** Defines the suite against the port that `open` puts on a world. */
export function contract(name: string, open: (world: World) => Promise<Place>): void {
  describe(`${name} keeps the contract:`, () => {
    let place: Place;
    afterEach(() => place.close());
    /** The world to begin with is each test's own to say. */
    const begin = async (world: World): Promise<Place> => {
      place = await open(world);
      return place;
    };
    beforeEach(() => {
      place = { close: async () => undefined } as Place;
    });
    describe('it reads', () => reading(begin));
    describe('it writes', () => writing(begin));
    describe('it reads and writes how revisions run:', () => tuning(begin));
    describe('it refuses', () => refusing(begin));
  });
}

export type Begin = (world: World) => Promise<Place>;
