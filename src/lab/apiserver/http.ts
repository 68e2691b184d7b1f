/** Bodies, answers and errors of the API server over HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'yaml';
import { badRequest, Failure } from './failure.ts';
import { isObject, type Json, type JsonObject } from './object.ts';

export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

const largestBody = 3 * 1024 * 1024;

/** The request's body, JSON or YAML; an empty object where there is none. Throws Failure. */
export async function readBody(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new Failure(413, 'RequestEntityTooLarge', 'the request is too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text === '') return {};
  try {
    // JSON is YAML, and much slower to read as such.
    return (/^\s*[{[]/.test(text) ? JSON.parse(text) : parse(text)) as Json;
  } catch (error) {
    throw badRequest(`the body cannot be read: ${String(error)}`);
  }
}

export function send(response: ServerResponse, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.writeHead(answer.code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body));
}

/** What kubectl prints beside the answer. */
export const warned = (texts: readonly string[]): Pick<Answer, 'headers'> =>
  texts.length === 0 ? {} : { headers: { warning: texts.map((text) => `299 - ${JSON.stringify(text)}`) } };

/** The answer to a request that failed. */
export function failed(error: unknown): Answer {
  const failure = error instanceof Failure ? error : new Failure(500, 'InternalError', String(error));
  return { code: failure.code, body: failure.status(), headers: failure.headers };
}

export function asObject(body: Json): JsonObject {
  if (!isObject(body)) throw badRequest('the body is not an object');
  return body;
}

/** A boolean as Kubernetes reads it from a query. */
export const isTrue = (value: string | null): boolean => value === 'true' || value === '1';

export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';

/** kubectl asks for tables, and takes plain objects too. */
export const wantsTable = (request: IncomingMessage): boolean => (request.headers.accept ?? '').includes('as=Table');
