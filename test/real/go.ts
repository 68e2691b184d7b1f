/** Programs built from Go modules that a folder's go.mod and go.sum pin, once for each go.sum and source of its own. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { find, isExecutable, run, say } from './run.ts';

export interface GoModule {
  /** Holds go.mod and go.sum, and what is our own. */
  readonly source: string;
  /** Where its programs are kept: another folder for another go.sum or source. */
  readonly built: string;
}

/** `name` is what its folder in the cache is called, so that people know what they delete. */
export function goModule(name: string, source: string): GoModule {
  const hash = createHash('sha256').update(readFileSync(join(source, 'go.sum')));
  const own = readdirSync(source).filter((file) => file.endsWith('.go'));
  for (const file of own.toSorted()) hash.update(readFileSync(join(source, file)));
  return { source, built: join(cacheFolder, `${name}-${hash.digest('hex').slice(0, 16)}`) };
}

/** Builds the program of one package unless it is there already, with little priority; returns its path. */
export async function goBuild(
  { source, built }: GoModule,
  program: { readonly name: string; readonly package: string; readonly ldflags: string },
  signal: AbortSignal,
): Promise<string> {
  const { name } = program;
  const file = join(built, name);
  if (isExecutable(file)) {
    say(`${name} is built: ${file}`);
    return file;
  }
  const go = find('go', ['/usr/local/go/bin']);
  if (go === null)
    throw new Error(`${name} is built from Go modules, and there is no Go: install it from https://go.dev/dl/`);
  say(`building ${name} into ${built}`);
  mkdirSync(built, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  const command = ['nice', go, 'build', '-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', program.ldflags];
  await run(`building ${name}`, [...command, '-o', unfinished, program.package], {
    cwd: source,
    env: { CGO_ENABLED: '0' },
    signal,
  });
  renameSync(unfinished, file);
  say(`built ${name}`);
  return file;
}

/** The version of a module that go.mod requires: servers are told what they are when they are built. */
export function requiredVersion({ source }: GoModule, module: string): string {
  const lines = readFileSync(join(source, 'go.mod'), 'utf8').split('\n');
  const words = lines.map((line) =>
    line
      .trim()
      .replace(/^require\s+/, '')
      .split(/\s+/),
  );
  const version = words.find(([name]) => name === module)?.[1];
  if (version === undefined) throw new Error(`${source}/go.mod does not require ${module}`);
  return version;
}
