/** The program of test/generate/published, which holds what is generated against the shapes that Grafana and Google publish. */
import { fileURLToPath } from 'node:url';
import { goBuild, goModule } from './go.ts';

/** Returns the program. The first build takes about a minute and a half on two cores. */
export function preparePublished(signal: AbortSignal): Promise<string> {
  const module = goModule('published', fileURLToPath(new URL('../generate/published', import.meta.url)));
  return goBuild(module, { name: 'published', package: '.', ldflags: '-s -w' }, signal);
}
