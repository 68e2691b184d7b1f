/** Identities of what is generated: the same text for the same thing, whoever asks and whenever. */
import { createHash } from 'node:crypto';

/** At most 40 letters, digits and hyphens, as Grafana takes them. */
export const stableId = (...parts: readonly string[]): string =>
  `steadyrun-${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24)}`;
