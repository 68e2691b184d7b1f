/** Where built and unpacked servers are kept between runs: outside the repository, safe to delete at any time. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'steadyrun');
