/** Scenarios from files: what is wrong with one is told with its file, line and path. */
import { readFile } from 'node:fs/promises';
import { record } from '../facts/json.ts';
import { systemTrouble } from '../facts/system-error.ts';
import { kind } from '../policy/api.ts';
import { isRecording, recording, type Stranger, strangerIn } from '../policy/check/strangers.ts';
import { textIn } from '../policy/check/text.ts';
import { findingText, readYaml } from '../policy/check/yaml.ts';
import { closest } from '../policy/suggest.ts';
import { type Scenario, scenarioIn } from './scenario.ts';
import { toldText } from './shape.ts';

const largestBytes = 1024 * 1024;

/** Throws an Error in words. */
export async function readScenario(file: string): Promise<Scenario> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const { message, hint } = systemTrouble(cause, 'Read');
    throw new Error(`${file}: ${message}; ${hint}`, { cause });
  });
  if (bytes.length > largestBytes) throw new Error(`${file}: is larger than 1 MiB; a scenario has a few lines`);
  const read = textIn(bytes);
  if (!read.ok) throw new Error(`${file}: ${read.message}; ${read.hint}`);
  return scenarioFrom(read.text, file);
}

export function scenarioFrom(text: string, file: string): Scenario {
  if (isRecording(text.slice(0, 200))) throw new Error(otherThing(recording, file));
  // In YAML 1.1 the key of an event that says whom it meets, on, would be true.
  const { documents, findings } = readYaml(text, '1.2');
  const [finding] = findings;
  if (finding) throw new Error(findingText(file, finding));
  const [document] = documents;
  if (!document) throw new Error(`${file} holds no scenario: write its name and its truth at least`);
  if (documents.length > 1) throw new Error(`${file} holds ${documents.length} scenarios: give a file that holds one`);
  const other = otherIn(document.value);
  if (other !== null) throw new Error(otherThing(other, file));
  const read = scenarioIn(document.value);
  if (read.ok) return read.value;
  const told = read.problems.map((problem) => {
    const { line, column } = document.position(problem.path, problem.kind === 'Unknown' ? 'key' : 'value');
    return `${file}:${line}:${column}: ${toldText(problem)}`;
  });
  throw new Error(told.join('; '));
}

/** What is handed to the wrong option is one line, not everything that it lacks. */
function otherIn(value: unknown): Stranger | null {
  const { kind: given, name, truth } = record(value);
  if (typeof given === 'string' && closest(given, [kind])) return { what: 'a policy', hint: 'give it to --policy' };
  const stranger = strangerIn(value);
  return name !== undefined || truth !== undefined || stranger?.what === 'a scenario' ? null : stranger;
}

const otherThing = ({ what, hint }: Stranger, file: string): string =>
  `${file}:1:1: is ${what}, and no scenario; ${hint.replaceAll('{FILE}', file)}`;
