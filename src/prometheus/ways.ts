/**
 * By which HTTP method a server takes queries: as a form by POST, which no query is too long for, or by GET, the method that
 * Google documents. What stands before a server may let only one of them pass.
 */
import { type Answer, type ExchangeOptions, exchange, type Way } from './exchange.ts';

/** Nothing there, not by this method, not in this form. */
const refusals = [404, 405, 415];
/** What only a server says that took the question. */
const understood = [200, 400, 401, 403, 422, 429];
/** What servers read of a request's first line, without a word of their administrators, is 8 KiB; some of it is not ours. */
const longestUrlBytes = 8_000;
const mostRemembered = 2_000;

export interface Asked {
  readonly answer: Answer;
  /** What else was tried where the answer refuses the method: a sentence, or nothing. */
  readonly also: string;
}

export class Ways {
  /** The last that worked, by address. */
  readonly #taken = new Map<string, Way>();

  async ask(url: URL, form: URLSearchParams, options: ExchangeOptions): Promise<Asked> {
    const urlBytes = url.href.length + 1 + form.toString().length;
    const isShort = urlBytes <= longestUrlBytes;
    const [first, second]: [Way, Way] =
      isShort && this.#taken.get(url.href) === 'GET' ? ['GET', 'POST'] : ['POST', 'GET'];
    const answer = await exchange(first, url, form, options);
    if (!refusals.includes(answer.status)) return { answer, also: '' };
    if (!isShort) return { answer, also: tooLong(urlBytes) };
    const other = await exchange(second, url, form, options);
    if (!understood.includes(other.status)) {
      return { answer, also: ` Asked by ${second} it answers with HTTP ${other.status}: no query passes.` };
    }
    if (other.status === 200) this.#remember(url, second);
    return { answer: other, also: '' };
  }

  #remember(url: URL, way: Way): void {
    this.#taken.delete(url.href);
    this.#taken.set(url.href, way);
    if (this.#taken.size > mostRemembered) this.#taken.delete(this.#taken.keys().next().value!);
  }
}

function tooLong(urlBytes: number): string {
  const [long, longest] = [urlBytes, longestUrlBytes].map((bytes) => bytes.toLocaleString('en-US'));
  return ` The query is too long to be asked by GET: ${long} bytes, of which ${longest} pass.`;
}
