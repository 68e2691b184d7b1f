/** What messages call a service. */
import type { ServiceRef } from '../facts/service.ts';

export const inWords = (ref: ServiceRef): string => `service ${ref.name} in ${ref.project}/${ref.region}`;
