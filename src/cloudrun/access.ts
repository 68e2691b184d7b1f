/**
 * Who we are to Google, and the one place that decides where that may be shown. Every request with credentials goes through
 * a BoundClient, which signs for the hosts it was made for and refuses all others.
 */
import http from 'node:http';
import https from 'node:https';
import { AuthClient, type gaxios, PassThroughClient } from 'google-auth-library';
import { isLoopback } from '../facts/loopback.ts';

/** Real Google, or a lab on this machine that speaks the same API without credentials. */
export type Access = { readonly credentials: BoundClient } | { readonly labOrigin: URL };

/**
 * Adds what `signer` knows (a token) to requests for the addresses that `allows` accepts, and throws for any other. It also
 * settles what every request has in common: our user agent, two kept connections a host, and no redirects, which could
 * carry a token elsewhere.
 */
export class BoundClient extends AuthClient {
  readonly #signer: AuthClient;
  readonly #allows: (url: URL) => boolean;
  readonly #userAgent: string;

  constructor(signer: AuthClient, allows: (url: URL) => boolean, userAgent: string) {
    super();
    this.#signer = signer;
    this.#allows = allows;
    this.#userAgent = userAgent;
  }

  override async request<T>(options: gaxios.GaxiosOptions): Promise<gaxios.GaxiosResponse<T>> {
    const url = this.#checked(options.url);
    const headers = new Headers(options.headers);
    headers.set('user-agent', this.#userAgent);
    return this.#signer.request<T>({ ...options, url, headers, agent: agentFor(url), redirect: 'error' });
  }

  override async getRequestHeaders(url?: string | URL): Promise<Headers> {
    return this.#signer.getRequestHeaders(this.#checked(url));
  }

  /** A bare token could be sent anywhere. */
  override async getAccessToken(): Promise<never> {
    throw new Error('Credentials are only given to a request whose address is known.');
  }

  #checked(address: string | URL | undefined): URL {
    const url = new URL(address ?? '');
    if (!this.#allows(url))
      throw new Error(`Refused to send credentials to ${url.origin}: it is not one of Google's APIs.`);
    return url;
  }
}

const isGoogle = (url: URL): boolean =>
  url.protocol === 'https:' && url.port === '' && /^[a-z0-9-]+\.googleapis\.com$/.test(url.hostname);

/** Credentials that are sent to *.googleapis.com over HTTPS and nowhere else. */
export function boundToGoogle(signer: AuthClient, version: string): BoundClient {
  return new BoundClient(signer, isGoogle, `steadyrun/${version}`);
}

/** No credentials, and requests to the lab's own address only. */
export function boundToLab(origin: URL, version: string): BoundClient {
  return new BoundClient(new PassThroughClient(), (url) => url.origin === origin.origin, `steadyrun/${version}`);
}

/** Parses the address of a lab; throws unless it is a plain HTTP origin on this machine. */
export function loopbackOrigin(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !isLoopback(url) || url.protocol !== 'http:' || url.href !== `${url.origin}/`) {
    throw new Error(`${address} is not a lab: only an address like http://127.0.0.1:8080 on this machine can be one.`);
  }
  return url;
}

/**
 * The client library keeps connections too, but opens one for every call in flight: fifty services read at once would be
 * fifty TLS handshakes. A call that waits for its turn waits at most one read's time-out, less than a write's.
 */
const keepTwo = { keepAlive: true, maxSockets: 2, timeout: 60_000 };
const plain = new http.Agent(keepTwo);
const secure = new https.Agent(keepTwo);
const agentFor = (url: URL): http.Agent => (url.protocol === 'http:' ? plain : secure);
