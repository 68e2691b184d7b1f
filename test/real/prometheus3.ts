/** Prometheus 3, built from the Go modules that test/prometheus/prometheus3 pins: Debian's is a 2. */
import { fileURLToPath } from 'node:url';
import { goBuild, goModule, requiredVersion } from './go.ts';

/** Returns the program. The first build takes about five minutes on two cores. */
export function preparePrometheus3(signal: AbortSignal): Promise<string> {
  const module = goModule('prometheus3', fileURLToPath(new URL('../prometheus/prometheus3', import.meta.url)));
  const version = released(requiredVersion(module, 'github.com/prometheus/prometheus'));
  const ldflags = `-s -w -X github.com/prometheus/common/version.Version=${version}`;
  const program = { name: 'prometheus', package: 'github.com/prometheus/prometheus/cmd/prometheus', ldflags };
  return goBuild(module, program, signal);
}

/** As a Go module, Prometheus 3.7.3 calls itself v0.307.3. */
function released(version: string): string {
  const [, major, minor, patch] = /^v0\.(\d)(\d\d)\.(\d+)$/.exec(version) ?? [];
  if (patch === undefined) throw new Error(`${version} is no version of Prometheus 3 as a Go module`);
  return `${major}.${Number(minor)}.${patch}`;
}
