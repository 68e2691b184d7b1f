/** What the system says of a file, an address or a name that cannot be had, in words: nobody has to know what ENOENT is. */

/** What was tried. */
export type Attempt = 'Read' | 'Write' | 'Listen' | 'Reach';

export interface SystemTrouble {
  /** Goes on behind the name of what was tried: "is a directory". */
  readonly message: string;
  readonly hint: string;
}

type Words = readonly [message: string, hint: string];

const path = 'look at the path';
const permissions = 'look at its permissions';
const noFile: Words = ['there is no such file', path];
const fileInPath: Words = ['lies in what is no directory', path];
const circle: Words = ['is a link that leads in a circle', path];
const tooLong: Words = ['is too long for a path', path];
const tooMany: Words = ['cannot be opened: too many files are open', 'try again, or raise ulimit -n'];
const otherPort = 'name another one, or 0 for any';
const network = 'look at the network, and at HTTPS_PROXY where one has to be used';
const cut: Words = ['the connection was cut', network];
const late: Words = ['no answer came in time', network];
const noWay: Words = ['there is no way to it', network];
const authorities = "look at the address, and at the system's certificates, or NODE_EXTRA_CA_CERTS";
const unknownIssuer: Words = ['its certificate is of nobody who is trusted here', authorities];
const noTls: Words = ['what it answers is no TLS', 'look at the address: http or https, and the port'];
const noHttp: Words = ['what it answers is no HTTP', 'look at the address: http or https, and the port'];

const words: Readonly<Record<Attempt, Readonly<Record<string, Words>>>> = {
  Read: {
    ENOENT: noFile,
    ENOTDIR: fileInPath,
    EISDIR: ['is a directory', 'name a file in it'],
    EACCES: ['may not be read', permissions],
    EPERM: ['may not be read', permissions],
    ELOOP: circle,
    ENAMETOOLONG: tooLong,
    EMFILE: tooMany,
    ENFILE: tooMany,
  },
  Write: {
    ENOENT: ['cannot be written: its directory is not there', 'make the directory, or name another'],
    ENOTDIR: fileInPath,
    EISDIR: ['is a directory', 'name a file in it'],
    EACCES: ['may not be written', 'look at the permissions of its directory, or name another'],
    EPERM: ['may not be written', 'look at the permissions of its directory, or name another'],
    EROFS: ['cannot be written: it is mounted to be read only', 'name another place'],
    ENOSPC: ['cannot be written: the disk is full', 'make room on it'],
    EDQUOT: ['cannot be written: your share of the disk is used up', 'make room on it'],
    EPIPE: ['cannot be written: nobody reads it any more', 'let whoever reads it go on'],
    ELOOP: circle,
    ENAMETOOLONG: tooLong,
    EMFILE: tooMany,
    ENFILE: tooMany,
  },
  Listen: {
    EADDRINUSE: ['it is in use', otherPort],
    EACCES: ['you may not take it: the system keeps the ports below 1024 for itself', otherPort],
    EADDRNOTAVAIL: ['this machine has no such address', 'name one that it has'],
    EMFILE: tooMany,
  },
  Reach: {
    ECONNREFUSED: ['nobody listens there', network],
    ECONNRESET: cut,
    ECONNABORTED: cut,
    EPIPE: cut,
    UND_ERR_SOCKET: cut,
    ENOTFOUND: ['its name is not known here', network],
    EAI_AGAIN: ['its name cannot be looked up', network],
    ETIMEDOUT: late,
    ESOCKETTIMEDOUT: late,
    UND_ERR_CONNECT_TIMEOUT: late,
    UND_ERR_HEADERS_TIMEOUT: late,
    UND_ERR_BODY_TIMEOUT: late,
    EHOSTUNREACH: noWay,
    EHOSTDOWN: noWay,
    ENETUNREACH: noWay,
    ENETDOWN: noWay,
    EADDRNOTAVAIL: noWay,
    DEPTH_ZERO_SELF_SIGNED_CERT: unknownIssuer,
    SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
    UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
    CERT_HAS_EXPIRED: ['its certificate has expired', 'have it renewed, and look at the clock of this machine'],
    CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'look at the clock of this machine'],
    ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is of another name', 'look at the address'],
    EPROTO: noTls,
    ERR_SSL_WRONG_VERSION_NUMBER: noTls,
    ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
    HPE_INVALID_CONSTANT: noHttp,
    HPE_INVALID_VERSION: noHttp,
    HPE_HEADER_OVERFLOW: noHttp,
    UND_ERR_HEADERS_OVERFLOW: noHttp,
  },
};

const otherwise: Readonly<Record<Attempt, readonly [before: string, hint: string]>> = {
  Read: ['cannot be read: ', 'look at the path and the file'],
  Write: ['cannot be written: ', 'look at the path, or name another'],
  Listen: ['', otherPort],
  Reach: ['', network],
};

export function systemTrouble(error: unknown, attempt: Attempt): SystemTrouble {
  const known = knownOf(error, attempt);
  if (known !== undefined) return { message: known[0], hint: known[1] };
  const [before, help] = otherwise[attempt];
  return { message: before + plain(error), hint: help };
}

const knownOf = (error: unknown, attempt: Attempt): Words | undefined =>
  codesOf(error).flatMap((code) => (Object.hasOwn(words[attempt], code) ? [words[attempt][code]!] : []))[0];

/**
 * Why something gave no answer: the system's reasons, and those of TLS and of waiting, in words; else as it is said. Where
 * nobody listens it names the address: that of a name is in nothing that was asked for.
 */
export function unreached(error: unknown): string {
  const known = knownOf(error, 'Reach');
  const at = addressIn(error);
  if (known === words.Reach.ECONNREFUSED && at !== null) return `nobody listens at ${at}`;
  if (known !== undefined) return known[0];
  const behind = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return plain(error) + behind;
}

function addressIn(error: unknown): string | null {
  for (const one of chain(error)) {
    const { address, port } = one as { readonly address?: unknown; readonly port?: unknown };
    if (typeof address !== 'string' || typeof port !== 'number') continue;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }
  return null;
}

/** Of the error itself, or of the one behind it. */
export const codeOf = (error: unknown): string | undefined => codesOf(error).find((code) => /^E[A-Z0-9_]+$/.test(code));

/** Of each of the two. Waiting that we end ourselves has a name and no code. */
function codesOf(error: unknown): string[] {
  return chain(error).flatMap((one) => {
    const { code } = one as { readonly code?: unknown };
    if (one.name === 'TimeoutError') return ['ETIMEDOUT'];
    return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? [code] : [];
  });
}

/** An error, and those behind it; of several at once, as of the addresses of one name, the first. */
function chain(error: unknown): Error[] {
  const found: Error[] = [];
  for (let one = error; one instanceof Error && !found.includes(one); ) {
    found.push(one);
    one = one.cause ?? (one instanceof AggregateError ? one.errors[0] : undefined);
  }
  return found;
}

/** "EIO: i/o error, read" without its code, and without what was tried with which path. */
function plain(error: unknown): string {
  const text = error instanceof Error ? error.message || String(codesOf(error)[0] ?? error.name) : String(error);
  const [, said] = /^E[A-Z0-9_]+: (.+?)(?:, \w+(?: '.*')?)?$/s.exec(text) ?? [];
  return said ?? text;
}

/** Whether the system said no, and not something that we wrote ourselves. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && codeOf(error) !== undefined;
