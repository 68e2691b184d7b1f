/** Where a command writes: the process's own streams, or what stands in for them. */

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Of a terminal it is known how large it is; a file and a pipe have room for everything. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}
