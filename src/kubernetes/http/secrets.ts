/** What single keys of named Secrets hold, read one by one: the operator may neither list nor watch Secrets. */
import type { SecretKey } from '../../policy/policy.ts';
import type { Clock } from '../../ports/clock.ts';
import { Refused } from '../../ports/errors.ts';
import type { PooledKubeConfig } from './client.ts';
import { NotFound } from './errors.ts';
import { ask } from './rest.ts';

export interface SecretsOptions {
  readonly config: PooledKubeConfig;
  /** Monotonic. */
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** How long a value is used without looking again; so long a rotated one may still be the old one. */
const rememberedMs = 60_000;
/** What was read this recently is what the cluster holds: a wrong value does not become a read a query. */
const freshMs = 2_000;
/** Below the time that a query has: a hanging API server leaves room for another try. */
const timeoutMs = 4_000;

interface Entry {
  readonly value: Promise<string>;
  readonly readAtMs: number;
}

export class KubernetesSecrets {
  readonly #options: SecretsOptions;
  /** Oldest first; what is too old to be used is dropped with the next read. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: SecretsOptions) {
    this.#options = options;
  }

  /** Rejects with a sentence that names the Secret, says what to do and never holds the value. */
  read(wanted: SecretKey): Promise<string> {
    const nowMs = this.#options.clock.nowMs();
    for (const [id, { readAtMs }] of this.#entries) {
      if (nowMs - readAtMs < rememberedMs) break;
      this.#entries.delete(id);
    }
    const id = idOf(wanted);
    const known = this.#entries.get(id);
    if (known) return known.value;
    const entry = { value: this.#fetch(wanted), readAtMs: nowMs };
    this.#entries.set(id, entry);
    entry.value.catch(() => {
      if (this.#entries.get(id) === entry) this.#entries.delete(id);
    });
    return entry.value;
  }

  /** The next read looks again. */
  forget(refused: SecretKey): void {
    const id = idOf(refused);
    const entry = this.#entries.get(id);
    if (entry && this.#options.clock.nowMs() - entry.readAtMs >= freshMs) this.#entries.delete(id);
  }

  async #fetch(wanted: SecretKey): Promise<string> {
    const { namespace, name } = wanted;
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
    let secret: { readonly data?: Readonly<Record<string, string>> };
    try {
      secret = await ask(this.#options.config, { method: 'GET', path, timeoutMs });
    } catch (error) {
      // Without its cause: that of an answer which cannot be read quotes the answer.
      throw new Error(unreadable(wanted, error));
    }
    return textOf(wanted, secret.data?.[wanted.key]);
  }
}

const idOf = ({ namespace, name, key }: SecretKey): string => `${namespace}/${name}/${key}`;

function unreadable({ namespace, name }: SecretKey, error: unknown): string {
  const secret = `the Secret ${namespace}/${name}`;
  if (error instanceof NotFound) return `There is no Secret ${namespace}/${name}: create it, or correct spec.metrics.`;
  if (error instanceof Refused) {
    return `The operator may not read ${secret} (${error.message}): deploy/components/metrics-secrets shows what to grant.`;
  }
  return `Kubernetes does not say what ${secret} holds; it is asked again.`;
}

function textOf({ namespace, name, key }: SecretKey, data: string | undefined): string {
  const fail = (what: string) => new Error(`The Secret ${namespace}/${name} ${what}.`);
  if (data === undefined) throw fail(`has no key ${key}: add it, or correct spec.metrics`);
  const text = decoded(data);
  if (text === null) throw fail(`holds bytes that are no text under ${key}, which no header can carry: write it anew`);
  // People write values with echo, which adds one.
  const value = text.replace(/(\r?\n)+$/, '');
  if (value === '') throw fail(`holds nothing under ${key}: write the value there`);
  if (/\p{Cc}/u.test(value)) {
    throw fail(
      `holds a line break or another control character under ${key}, which no header can carry: write it anew`,
    );
  }
  return value;
}

function decoded(data: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(data, 'base64'));
  } catch {
    return null;
  }
}
