/** A server of which every byte is the test's own. */
import net from 'node:net';
import type { MetricsSource } from '../../src/policy/policy.ts';

/** What a connection gets once its request has arrived. */
export type Serve = (socket: net.Socket) => void;

export class Wire {
  readonly requests: string[] = [];
  readonly #serve: Serve;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(serve: Serve) {
    this.#serve = serve;
    this.#server = net.createServer((socket) => this.#accept(socket));
  }

  static async serving(serve: Serve): Promise<Wire> {
    const wire = new Wire(serve);
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  source(scheme: 'http' | 'https' = 'http'): MetricsSource {
    return { type: 'Prometheus', address: `${scheme}://127.0.0.1:${this.port}`, auth: null };
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      this.requests.push(bytes.toString('latin1'));
      this.#serve(socket);
    });
  }
}

/** An answer after which the connection ends; without a length, so that a body cut short looks like a whole one. */
export function reply(
  status: number,
  body: string | Buffer | object = '',
  headers: Record<string, string> = {},
): Serve {
  const lines = Object.entries({ connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return (socket) => {
    socket.write(`HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`);
    socket.end(text);
  };
}

/** Begins an answer and leaves the rest to `then`. */
export function begin(headers: string, then: Serve): Serve {
  return (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\n`);
    then(socket);
  };
}

/** Writes as fast as the other side reads, for ever. */
export const flood =
  (chunk: string | Buffer, onWritten: (bytes: number) => void = () => {}): Serve =>
  (socket) => {
    const more = () => {
      while (!socket.destroyed && socket.writable) {
        const isRoom = socket.write(chunk);
        onWritten(chunk.length);
        if (!isRoom) break;
      }
    };
    socket.on('drain', more);
    more();
  };

/** A little every few milliseconds, for ever. */
export const drip =
  (text = ' '): Serve =>
  (socket) => {
    const timer = setInterval(() => socket.write(text), 5);
    socket.on('close', () => clearInterval(timer));
  };
