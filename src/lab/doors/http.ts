/** JSON over HTTP, for the lab's own doors. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Json, type JsonObject, objectIn } from '../world/json.ts';
import { invalid } from '../world/refusal.ts';

export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

const largestBody = 4 * 1024 * 1024;

/** The object in the request's body; an empty one where there is no body. Throws INVALID_ARGUMENT. */
export async function readObject(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw invalid('the request is too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : objectIn(parsed(text));
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw invalid(`the body is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

export function send(response: ServerResponse, { code, body, headers }: Answer): void {
  response.writeHead(code, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
