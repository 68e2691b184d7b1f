/** The same question at the same look is put once: objectives of a policy have counters in common. */
import type { Vector } from '../counting/vector.ts';
import type { PromqlClient } from './promql.ts';

interface Look {
  readonly nowMs: number;
  readonly client: PromqlClient;
  asking: number;
}

export class Once {
  readonly #client: PromqlClient;
  #look: Look | null = null;

  constructor(client: PromqlClient) {
    this.#client = client;
  }

  /** Those who ask at the same time, of the same moment, share what they are answered; then it is forgotten. */
  async asking<T>(nowMs: number, ask: (client: PromqlClient) => Promise<T>): Promise<T> {
    const look = this.#look?.nowMs === nowMs ? this.#look : { nowMs, client: remembering(this.#client), asking: 0 };
    this.#look = look;
    look.asking++;
    try {
      return await ask(look.client);
    } finally {
      look.asking--;
      if (look.asking === 0 && this.#look === look) this.#look = null;
    }
  }
}

function remembering(client: PromqlClient): PromqlClient {
  const answers = new Map<string, Promise<Vector>>();
  return {
    instant: (source, query, atMs) => {
      const key = JSON.stringify([source, query, atMs]);
      const answer = answers.get(key) ?? client.instant(source, query, atMs);
      answers.set(key, answer);
      return answer;
    },
    range: (...question) => client.range(...question),
  };
}
