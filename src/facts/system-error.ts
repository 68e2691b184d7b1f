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
    ECONNRESET: ['the connection was cut', network],
    EPIPE: ['the connection was cut', network],
    ENOTFOUND: ['its name is not known here', network],
    EAI_AGAIN: ['its name cannot be looked up', network],
    ETIMEDOUT: ['it does not answer', network],
    EHOSTUNREACH: ['there is no way to it', network],
    ENETUNREACH: ['there is no way to it', network],
  },
};

const otherwise: Readonly<Record<Attempt, readonly [before: string, hint: string]>> = {
  Read: ['cannot be read: ', 'look at the path and the file'],
  Write: ['cannot be written: ', 'look at the path, or name another'],
  Listen: ['', otherPort],
  Reach: ['', network],
};

export function systemTrouble(error: unknown, attempt: Attempt): SystemTrouble {
  const code = codeOf(error);
  const [message, hint] = (code === undefined ? undefined : words[attempt][code]) ?? [];
  if (message !== undefined && hint !== undefined) return { message, hint };
  const [before, help] = otherwise[attempt];
  return { message: before + plain(error), hint: help };
}

/** Of the error itself, or of the one behind it. */
export function codeOf(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code } = one as { readonly code?: unknown };
    if (typeof code === 'string' && /^E[A-Z0-9_]+$/.test(code)) return code;
  }
  return undefined;
}

/** "EIO: i/o error, read" without its code, and without what was tried with which path. */
function plain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, said] = /^E[A-Z0-9_]+: (.+?)(?:, \w+(?: '.*')?)?$/s.exec(text) ?? [];
  return said ?? text;
}

/** Whether the system said no, and not something that we wrote ourselves. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && codeOf(error) !== undefined;
