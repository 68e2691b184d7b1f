/**
 * A file of what Prometheus answered: bodies of /api/v1/query with a range selector, or of /api/v1/query_range, one or
 * several, with or without line breaks between them, as curl appends them, or in an array.
 */
import { finerThanSeconds } from '../../facts/time.ts';
import { SeriesStore } from '../../lab/series/store.ts';

type Sample = readonly [atMs: number, value: number];

/** Throws a sentence that names the file, and the document in it. */
export function readExport(file: string, text: string): SeriesStore {
  const other = otherForms.find(({ form }) => form.test(text));
  if (other) throw new Error(`${file} is ${other.what}, and no recording: ${other.instead}`);
  const documents = documentsIn(file, text);
  if (documents.length === 0) throw new Error(`${file} is empty: ${whatToGive}`);
  const series = new Map<string, { labels: Record<string, string>; samples: Sample[] }>();
  for (const [i, document] of documents.entries()) {
    const where = documents.length === 1 ? file : `${file}, answer ${i + 1}`;
    for (const { metric, values } of resultsOf(where, document)) {
      const key = JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)));
      const known = series.get(key);
      const samples = samplesOf(where, values);
      if (known) for (const sample of samples) known.samples.push(sample);
      else series.set(key, { labels: metric, samples });
    }
  }
  const store = new SeriesStore();
  for (const { labels, samples } of series.values()) {
    const { __name__: name, ...rest } = labels;
    const handle = store.series(name!, rest);
    let lastMs = Number.NEGATIVE_INFINITY;
    // Answers of neighbouring ranges share their edges.
    for (const [atMs, value] of samples.sort(([a], [b]) => a - b)) {
      if (atMs > lastMs) handle.append(atMs, value);
      lastMs = atMs;
    }
  }
  return store;
}

const whatToGive = 'give what /api/v1/query answers to a range selector such as http_requests_total[30h]';

/** What is handed to the wrong option, told by a line that JSON of metrics has not. */
const otherForms = [
  { form: /^kind:\s*SLOPolicy\b/m, what: 'a policy', instead: 'give it to --policy' },
  { form: /^truth:\s*(Good|Bad)\b/m, what: 'a scenario', instead: 'rehearse it with steadyrun rehearse --scenario' },
] as const;

function documentsIn(file: string, raw: string): unknown[] {
  // Some editors and shells begin a file with a byte order mark, which is no JSON.
  const text = raw.replace(/^\ufeff/, '');
  try {
    const whole: unknown = JSON.parse(text);
    return Array.isArray(whole) ? whole : [whole];
  } catch {
    return piecesOf(text).map(({ piece, line }) => {
      try {
        return JSON.parse(piece) as unknown;
      } catch {
        throw new Error(`${file}:${line} is not JSON: ${whatToGive}`);
      }
    });
  }
}

/** Cut behind each brace that closes an object which nothing is around. */
function piecesOf(text: string): { piece: string; line: number }[] {
  const pieces: { piece: string; line: number }[] = [];
  let [depth, start, line, startLine] = [0, 0, 1, 1];
  let [quoted, begun] = [false, false];
  const cut = (end: number) => {
    if (begun) pieces.push({ piece: text.slice(start, end), line: startLine });
    [start, depth, begun] = [end, 0, false];
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '\n') line++;
    else if (!begun && character.trim() !== '') [begun, startLine] = [true, line];
    if (quoted) {
      if (character === '\\') i++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth <= 0) cut(i + 1);
  }
  cut(text.length);
  return pieces;
}

interface Result {
  readonly metric: Record<string, string>;
  readonly values: readonly unknown[];
}

function resultsOf(where: string, document: unknown): Result[] {
  const { status, error, data } = record(document);
  if (status === 'error') throw new Error(`${where} is an error, "${error}": ask again`);
  const { resultType, result } = record(data);
  if (status !== 'success' || !Array.isArray(result)) {
    throw new Error(`${where} is not an answer of a Prometheus: ${whatToGive}`);
  }
  if (resultType !== 'matrix') {
    throw new Error(`${where} holds a ${resultType}, which is one moment: ${whatToGive}`);
  }
  return result.map((one) => {
    const { metric, values } = record(one);
    const labels = record(metric);
    if (!Array.isArray(values) || Object.values(labels).some((value) => typeof value !== 'string')) {
      throw new Error(`${where} holds a series without values: ${whatToGive}`);
    }
    if (typeof labels.__name__ !== 'string') {
      throw new Error(
        `${where} holds a series without a name, the result of a calculation: export the counters themselves`,
      );
    }
    return { metric: labels as Record<string, string>, values };
  });
}

function samplesOf(where: string, values: readonly unknown[]): Sample[] {
  return values.map((pair) => {
    const [seconds, text] = Array.isArray(pair) ? pair : [];
    const value = typeof text === 'string' ? numberIn(text) : undefined;
    if (typeof seconds !== 'number' || value === undefined) {
      throw new Error(`${where} holds a sample ${JSON.stringify(pair)} that is not a time and a number in quotes`);
    }
    const finer = finerThanSeconds(seconds);
    if (finer !== null) {
      throw new Error(
        `${where} holds the time ${seconds}, which must be ${finer.unit}; divide it by ${finer.divisor}: times are in seconds`,
      );
    }
    return [Math.round(seconds * 1000), value];
  });
}

/** As Prometheus writes numbers; undefined for what is none. */
function numberIn(text: string): number | undefined {
  // Number() makes 0 of a blank, which in a counter is a restart that never was.
  if (text.trim() === '') return undefined;
  const value = special[text] ?? Number(text);
  return Number.isNaN(value) && text !== 'NaN' ? undefined : value;
}

const special: Readonly<Record<string, number>> = {
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
