/** What people ask of a policy by annotation, and would not get. */
import { record } from '../../facts/json.ts';
import { isBlank, strangeAnnotations } from '../annotations.ts';
import { group, postmortemAnnotation, requestAnnotations } from '../api.ts';
import type { Path, Problem } from '../problems.ts';
import { notPaused } from './hints.ts';

const requests: readonly string[] = Object.values(requestAnnotations);

const metadataPath = (field: string, key: string): Path => ['metadata', field, key];

export function annotationProblems(raw: unknown): Problem[] {
  const { metadata, spec } = record(raw);
  const { annotations, labels } = record(metadata);
  const service = record(record(spec).service).name;
  // What a known one says is told of below, with the service's own revisions as an example.
  const strange = strangeAnnotations(raw).filter(({ annotation }) => !requests.includes(annotation));
  const unknown = strange.map(({ annotation, suggestion }): Problem => {
    const path = metadataPath('annotations', annotation);
    if (annotation === postmortemAnnotation)
      return { path, kind: 'Value', message: 'gives no address', hint: suggestion };
    return { path, kind: 'Unknown', message: 'there is no such annotation', hint: suggestion };
  });
  return [...unknown, ...misplaced(record(labels)), ...values(record(annotations), service)];
}

const misplaced = (labels: Readonly<Record<string, unknown>>): Problem[] =>
  Object.keys(labels)
    .filter((label) => label.startsWith(`${group}/`))
    .map((label) => {
      const message = 'asks nothing of a policy as a label';
      return { path: metadataPath('labels', label), kind: 'Unknown', message, hint: 'write it under annotations' };
    });

function* values(annotations: Readonly<Record<string, unknown>>, service: unknown): Generator<Problem> {
  for (const [request, annotation] of Object.entries(requestAnnotations)) {
    const value = annotations[annotation];
    // What is no text is told of as that.
    if (typeof value !== 'string') continue;
    const wrong = request === 'paused' ? pausedWithout(value) : noRevision(value, service);
    if (wrong) yield { path: metadataPath('annotations', annotation), kind: 'Value', ...wrong };
  }
}

type Wrong = Pick<Problem, 'message' | 'hint'>;

function pausedWithout(reason: string): Wrong | undefined {
  if (isBlank(reason)) {
    return { message: 'pauses without a reason', hint: 'write the reason: it is what people are told; or remove it' };
  }
  if (!/^(false|no|off|0)$/i.test(reason.trim())) return undefined;
  return { message: 'pauses whatever it says: its value is the reason', hint: notPaused };
}

const revisionName = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Cloud Run names a revision after its service. */
function noRevision(value: string, service: unknown): Wrong | undefined {
  const prefix = typeof service === 'string' && service !== '' ? `${service}-` : '';
  const isRevision = (text: string): boolean => revisionName.test(text) && text.startsWith(prefix) && text !== prefix;
  if (isRevision(value)) return undefined;
  const message = isBlank(value) ? 'names no revision' : `can be no revision of ${service ?? 'the service'}`;
  const [last = ''] = value.trim().toLowerCase().split('/').slice(-1);
  const hint = isRevision(last)
    ? `write ${last}`
    : `write the name of a revision, such as ${prefix || 'api-'}00042-xyz`;
  return { message, hint };
}
