/** Cloud Run that answers every question, and refuses what is written while it is told to. */
import { Unavailable } from '../../src/ports/errors.ts';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';

export function refusing(why: Error = new Unavailable('Cloud Run answered 503')) {
  let isRefusing = false;
  const services = (real: Services): Services =>
    replacing(real, {
      write: async (...args) => {
        if (isRefusing) throw why;
        return real.write(...args);
      },
    });
  const refuse = (on: boolean): void => {
    isRefusing = on;
  };
  return { services, refuse };
}
