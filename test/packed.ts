/**
 * The Kubernetes client in one file. The package is a thousand modules, most of them models of what nothing here uses, and
 * loading them is most of what a process costs that a test starts. It is packed as deploy/bundle.js packs it, once a version.
 * The operators of test/e2e go without: they load it as people do.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

export const clientName = '@kubernetes/client-node';
const installed = (path: string) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const versionOf = (name: string) =>
  JSON.parse(readFileSync(installed(`${name}/package.json`), 'utf8')).version as string;

/** All that we ask of it; whoever asks for more is told that the file has no such export. */
const entry = `export { HttpMethod, KubeConfig, RequestContext } from '${clientName}';`;

/** In a process that loads it first, the packed client stands for the package. An older Node, which only opens the door, has no hooks. */
const hook = `import * as modules from 'node:module';
const url = new URL('client.mjs', import.meta.url).href;
modules.registerHooks?.({
  resolve: (name, context, next) => (name === '${clientName}' ? { url, format: 'module', shortCircuit: true } : next(name, context)),
});
`;

export interface Packed {
  readonly client: string;
  /** For NODE_OPTIONS. */
  readonly option: string;
}

export async function packed(): Promise<Packed> {
  const folder = installed(`.cache/packed/client-${versionOf(clientName)}-by-${versionOf('rolldown')}`);
  if (!existsSync(folder)) await pack(folder);
  return { client: join(folder, 'client.mjs'), option: `--import=${pathToFileURL(join(folder, 'hook.mjs'))}` };
}

/** Whole or not at all: another run may look for it meanwhile. */
async function pack(folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  writeFileSync(join(made, 'entry.mjs'), entry);
  writeFileSync(join(made, 'hook.mjs'), hook);
  const bundle = await rolldown({
    input: join(made, 'entry.mjs'),
    platform: 'node',
    // There is one undici in a process: connections of ours are handed to it.
    external: ['undici'],
    treeshake: { moduleSideEffects: (id) => !id.includes(`/${clientName}/`) },
  });
  await bundle.write({ file: join(made, 'client.mjs'), format: 'esm', codeSplitting: false });
  await bundle.close();
  if (!existsSync(folder)) renameSync(made, folder);
}
