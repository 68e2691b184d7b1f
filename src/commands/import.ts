/** `steadyrun import SOURCE FILE`: policies from what a team has, and what could not be carried over. */
import { imported, type Source } from '../import/import.ts';
import type { Target } from '../import/policies.ts';
import type { Told } from '../import/told.ts';
import { apiVersion, kind } from '../policy/api.ts';
import { hintFor } from '../policy/check/hints.ts';
import { textIn } from '../policy/check/text.ts';
import { findingText } from '../policy/check/yaml.ts';
import { parsePolicy } from '../policy/parse.ts';
import { valueAt } from '../policy/problems.ts';
import { bytesOf } from './file.ts';

export interface ImportOptions {
  readonly project?: string;
  readonly region?: string;
  readonly service?: string;
}

export interface ImportIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

const limitBytes = 1024 * 1024;

/** 0: every SLO became an objective; 1: not all of them, and what did is printed nevertheless. */
export async function runImport(source: Source, file: string, options: ImportOptions, io: ImportIo): Promise<number> {
  const target = targetOf(options);
  const bytes = await bytesOf(file);
  if (bytes.length > limitBytes) throw new Error(`${file}: is larger than 1 MiB; split the file`);
  const read = textIn(bytes);
  if (!read.ok) throw new Error(`${file}: ${read.message}; ${read.hint}`);
  const { text, told, isWhole, objectives, policies } = imported({ source, file, text: read.text }, target);
  io.stderr.write(told.map((one) => `${toldText(file, one)}\n`).join(''));
  io.stdout.write(text);
  if (isWhole) return 0;
  const become =
    objectives === 0
      ? 'nothing could be imported'
      : `${objectives} SLOs became objectives of ${policies === 1 ? 'a policy' : `${policies} policies`}, but not all of them`;
  io.stderr.write(`steadyrun: ${become}: the lines above that are no notes say why\n`);
  return 1;
}

const toldText = (file: string, told: Told): string =>
  findingText(
    file,
    told.of === 'Objective'
      ? told
      : { ...told, path: '', message: `note: ${told.path === '' ? '' : `${told.path}: `}${told.message}` },
  );

const examples = { project: 'acme', region: 'europe-west1' } as const;

/** Throws a sentence that names the options. */
function targetOf({ project, region, service }: ImportOptions): Target {
  const missing = Object.entries({ project, region }).filter(([, value]) => value === undefined);
  if (project === undefined || region === undefined) {
    const options = missing.map(([name]) => `--${name} ${examples[name as keyof typeof examples]}`).join(' ');
    throw new Error(`no SLO says where its Cloud Run service runs: add ${options}, for example`);
  }
  const spec = {
    service: { project, region, name: service ?? 'api' },
    objectives: [{ name: 'requests', targetPercent: 99 }],
  };
  const parsed = parsePolicy({ apiVersion, kind, metadata: { name: 'api' }, spec });
  const [problem] = parsed.ok ? [] : parsed.problems;
  if (problem) {
    const field = String(problem.path.at(-1));
    throw new Error(
      `--${field === 'name' ? 'service' : field} ${problem.message}; ${hintFor(problem, valueAt({ spec }, problem.path))}`,
    );
  }
  return { project, region, service: service ?? null };
}
