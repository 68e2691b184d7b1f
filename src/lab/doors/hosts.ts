/**
 * Who may ask a lab: nobody but programs on this machine. A page in a browser here may be told that its own name is 127.0.0.1,
 * and then reads and writes whatever answers to any name; or it sends what it needs no answer to. Both say whose page it is.
 */
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../facts/loopback.ts';

/** What is said to somebody who is not to be answered; null: it is fine. `isProxy`: it is asked for hosts that are none. */
export function refusedHost({ url = '/', headers }: IncomingMessage, isProxy: boolean): string | null {
  const { host, origin } = headers;
  // No page can ask for more than a path.
  const isProxied = isProxy && !url.startsWith('/');
  if (host !== undefined && !isProxied && !isHere(`http://${host}`))
    return `a lab is asked by a loopback address only, such as 127.0.0.1 or localhost, not as ${host}`;
  if (origin !== undefined && !isHere(origin))
    return `a lab is asked by pages of a loopback address only, not by one of ${origin}`;
  return null;
}

const isHere = (address: string): boolean => URL.canParse(address) && isLoopback(new URL(address));
