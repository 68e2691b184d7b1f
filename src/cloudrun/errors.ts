/** What Google's errors mean to the loop, and the one sentence that tells people. */
import { Conflict, OutcomeUnknown, QuotaExceeded, Refused, TargetsNotSettable, Unavailable } from '../ports/errors.ts';
import { type Code, names } from './codes.ts';

/** One request, as metrics and error messages speak of it. */
export interface Question {
  /** The API's name for it: "GetService". */
  readonly method: string;
  /** "read service api in acme/europe-west1". */
  readonly what: string;
  /** The IAM permission it needs. */
  readonly permission: string;
}

export type { Code };

/** The fields that the client library sets on its errors, read without trusting that they are there. */
interface GoogleError extends Error {
  readonly code?: unknown;
  readonly httpStatusCode?: unknown;
  readonly reason?: unknown;
  readonly errorInfoMetadata?: { readonly permission?: unknown; readonly resource?: unknown };
  /** Set when, and only when, the body was an error as Google writes them. */
  readonly details?: unknown;
}

/**
 * The canonical code. An error page of something between us and Google says nothing about the resource, whatever its status:
 * a proxy's 404 must not read as a deleted service.
 */
export function codeOf(error: unknown): Code {
  const { code, httpStatusCode, details } = error as GoogleError;
  if (httpStatusCode !== undefined && details === undefined) return 'UNAVAILABLE';
  return (typeof code === 'number' ? names[code] : undefined) ?? 'UNKNOWN';
}

const passing: readonly Code[] = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INTERNAL', 'RESOURCE_EXHAUSTED', 'UNKNOWN'];

/** Whether the same read may well succeed a moment later. */
export const isPassing = (error: unknown): boolean => passing.includes(codeOf(error));

/** The port's error for a failed call; NOT_FOUND of a read is no error and does not come here. */
export function meaning(error: unknown, question: Question, kind: 'Read' | 'Write'): Error {
  const code = codeOf(error);
  const sentence = (advice: string) => `Could not ${question.what}: ${code}, ${said(error)} ${advice}`;
  const options = { cause: error };
  const bearable = kind === 'Write' ? bearableIn(error) : null;
  if (bearable !== null) {
    const advice = `Its region's quota bears at most ${bearable} instances; ask Google for a larger one to have more.`;
    return new QuotaExceeded(sentence(advice), bearable, options);
  }
  switch (code) {
    case 'ABORTED':
    case 'NOT_FOUND':
      return new Conflict(sentence(changed), options);
    case 'FAILED_PRECONDITION':
      return /etag/i.test(said(error))
        ? new Conflict(sentence(changed), options)
        : new Refused(sentence('Trying again will not help until the service is changed.'), options);
    case 'PERMISSION_DENIED':
      return new Refused(sentence(deniedAdvice(error, question, kind)), options);
    case 'INVALID_ARGUMENT':
      return aboutTargets(error)
        ? new TargetsNotSettable(sentence(withoutTargets), options)
        : new Refused(sentence('Trying again will not help.'), options);
    case 'ALREADY_EXISTS':
    case 'OUT_OF_RANGE':
    case 'UNIMPLEMENTED':
      return new Refused(sentence('Trying again will not help.'), options);
    case 'RESOURCE_EXHAUSTED':
      return new Unavailable(
        sentence('The quota of the Cloud Run Admin API is used up; it is tried again later.'),
        options,
      );
    case 'UNAUTHENTICATED':
      return new Unavailable(
        sentence("Google did not accept the operator's credentials; it is tried again later."),
        options,
      );
    default:
      return kind === 'Write'
        ? new OutcomeUnknown(sentence('It may or may not have been done; the service is read again to see.'), options)
        : new Unavailable(sentence('It is tried again later.'), options);
  }
}

const changed = 'It changed since it was read, and is read again before anything is decided.';

const withoutTargets = 'What the autoscaler aims at cannot be set so in that service; it has to be tuned without.';

/** "Max instances must be set to 200 or fewer to set the requested total CPU.": how many there may be; null: it says no such thing. */
function bearableIn(error: unknown): number | null {
  const [, most] = /max instances must be set to (\d+) or fewer/i.exec(wordsOf(error)) ?? [];
  return most === undefined ? null : Number(most);
}

const aboutTargets = (error: unknown): boolean => /(?:cpu|concurrency)_?utilization/i.test(wordsOf(error));

/** All that an error says, the fields that it names too. */
const wordsOf = (error: unknown): string =>
  `${error instanceof Error ? error.message : error} ${JSON.stringify((error as GoogleError).details ?? '')}`;

/** Google's own words as one line that ends in a full stop. */
function said(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim().slice(0, 400);
  return `"${text || 'no explanation'}".`;
}

/** Google does not tell whether something is kept from us or is not there; what was written to is there. */
function deniedAdvice(error: unknown, question: Question, kind: 'Read' | 'Write'): string {
  const { reason } = error as GoogleError;
  if (reason === 'CONSUMER_INVALID')
    return 'There is no such project: delete this policy and create one that names the right one in spec.service.';
  const grant = grantAdvice(error, question);
  if (kind === 'Write' || reason === 'SERVICE_DISABLED') return grant;
  return `${grant} Google says the same where the project or the region of spec.service is not the one that is meant.`;
}

/**
 * A change of traffic also needs to act as the service's own identity and to read its image, and Google names whichever is
 * missing.
 */
function grantAdvice(error: unknown, question: Question): string {
  const { reason, errorInfoMetadata } = error as GoogleError;
  if (reason === 'SERVICE_DISABLED') return 'Enable the Cloud Run Admin API (run.googleapis.com) in that project.';
  const text = error instanceof Error ? error.message : '';
  if (/serverless-robot-prod/.test(text)) return `Grant that service agent ${imageReader(error)}.`;
  const named = errorInfoMetadata?.permission ?? /permission ['"]?([a-z]+(?:\.[a-z]+)+)/i.exec(text)?.[1];
  const permission = typeof named === 'string' ? named : question.permission;
  return `Grant the operator's identity ${whatToGrant(permission, error)}.`;
}

function whatToGrant(permission: string, error: unknown): string {
  if (/actas/i.test(permission)) {
    return "iam.serviceAccounts.actAs on the service's runtime service account (roles/iam.serviceAccountUser)";
  }
  if (!permission.startsWith('artifactregistry.')) return permission;
  return `${imageReader(error)}: Cloud Run asks who moves traffic for the right to read the image`;
}

/** On the image's repository, where Google says which one it is. */
function imageReader(error: unknown): string {
  const { message, errorInfoMetadata } = error as GoogleError;
  const where = /projects\/[^/\s]+\/locations\/[^/\s]+\/repositories\/[\w.-]*\w/;
  const [repository] = where.exec(`${errorInfoMetadata?.resource ?? ''} ${message}`) ?? [];
  const any = "the Artifact Registry repository of the service's image, whichever project has it";
  return `roles/artifactregistry.reader on ${repository ?? any}`;
}
