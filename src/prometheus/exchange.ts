/** One request with a form, in its body or in its address, bounded in time and in memory, following no redirects. */
import http from 'node:http';
import https from 'node:https';
import type { Urgency } from './pace.ts';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** As it came: what it should be is for the reader to say. */
  readonly body: Buffer;
  /** By this machine's clock. */
  readonly receivedAtMs: number;
}

export type Way = 'POST' | 'GET';

export interface ExchangeOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the request, at whatever point it is. */
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  /** What only looks has connections of its own, so that nothing urgent waits for one. */
  readonly urgency: Urgency;
}

/** The body grew beyond its limit; the rest was not read. */
export class TooLarge extends Error {}

/** Rejects with the signal's reason, with TooLarge, or with the connection's error. */
export async function exchange(way: Way, url: URL, form: URLSearchParams, options: ExchangeOptions): Promise<Answer> {
  try {
    const response = await (way === 'POST'
      ? send(url, form.toString(), options)
      : send(new URL(`?${form}`, url), null, options));
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Leaving the loop early destroys the connection, so that nothing more arrives.
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > options.maxBytes) throw new TooLarge(`The answer is larger than ${options.maxBytes} bytes.`);
      chunks.push(chunk);
    }
    // A body that only the connection's end delimits looks whole when we end the connection.
    options.signal.throwIfAborted();
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: Buffer.concat(chunks),
      receivedAtMs: Date.now(),
    };
  } catch (error) {
    options.signal.throwIfAborted();
    throw error;
  }
}

/** `body`: a form; null: there is none. */
function send(url: URL, body: string | null, options: ExchangeOptions): Promise<http.IncomingMessage> {
  const { urgency } = options;
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request(url, {
      method: body === null ? 'GET' : 'POST',
      agent: agents[urgency][secure ? 'secure' : 'plain'],
      signal: options.signal,
      headers: {
        accept: 'application/json',
        ...(body !== null && {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
        }),
        ...options.headers,
      },
    });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

const kept = { keepAlive: true, timeout: 60_000 };
const agentsOf = (maxSockets: number) => ({
  plain: new http.Agent({ ...kept, maxSockets }),
  secure: new https.Agent({ ...kept, maxSockets }),
});
/** Connections to each server at most. */
const agents = { Judging: agentsOf(8), Looking: agentsOf(4) } satisfies Record<Urgency, unknown>;
