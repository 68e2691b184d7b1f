/** What libraries and Node itself write becomes lines of the log: whoever reads it reads JSON, and nothing else. */
import type { Logger } from 'pino';

/** Until it is disposed of. The log itself must not be written by way of `process.stderr`. */
export function strayLines(log: Logger): Disposable {
  const into = (text: string): void => log.warn({ stray: true }, text);
  const { stdout, stderr } = process;
  const restored = [stdout, stderr].map((stream) => redirected(stream, into));
  const nodes = process.listeners('warning');
  const warned = ({ name, message }: Error): void => {
    const text = `${name}: ${message}`;
    // What it means, and what to do, is said by whoever waits for the credentials.
    if (name === 'MetadataLookupWarning') log.debug({ stray: true }, text);
    else into(text);
  };
  process.removeAllListeners('warning').on('warning', warned);
  return {
    [Symbol.dispose]() {
      process.off('warning', warned);
      for (const listener of nodes) process.on('warning', listener);
      for (const restore of restored) restore();
    },
  };
}

function redirected(stream: NodeJS.WriteStream, into: (text: string) => void): () => void {
  const { write } = stream;
  stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    const text = (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()).trim();
    if (text !== '') into(text);
    const done = rest.find((one) => typeof one === 'function');
    if (done) process.nextTick(done);
    return true;
  };
  return () => {
    stream.write = write;
  };
}
