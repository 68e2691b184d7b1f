/** Refusals in the words and codes of a real API server. */
import type { JsonObject } from './object.ts';
import { qualified, type Resource } from './resources.ts';

export interface Cause {
  /** Path of the field, such as spec.objectives[0].name. */
  readonly field: string;
  readonly message: string;
  readonly reason?: string;
}

/** Thrown by a handler, answered as a Kubernetes Status object. */
export class Failure extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: number,
    reason: string,
    message: string,
    details: JsonObject = {},
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.headers = headers;
  }

  status(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      details: this.details,
      code: this.code,
    };
  }
}

const details = (resource: Resource, name: string): JsonObject => ({
  name,
  group: resource.group,
  kind: resource.plural,
});

export const badRequest = (message: string): Failure => new Failure(400, 'BadRequest', message);

export const unknownPath = (): Failure =>
  new Failure(404, 'NotFound', 'the server could not find the requested resource');

export const methodNotAllowed = (): Failure =>
  new Failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');

export const notFound = (resource: Resource, name: string): Failure =>
  new Failure(404, 'NotFound', `${qualified(resource)} "${name}" not found`, details(resource, name));

export const alreadyExists = (resource: Resource, name: string): Failure =>
  new Failure(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, details(resource, name));

export const conflict = (resource: Resource, name: string, why: string): Failure =>
  new Failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    details(resource, name),
  );

export const modified = (resource: Resource, name: string): Failure =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

export const otherUid = (resource: Resource, name: string, wanted: string, actual: string): Failure =>
  conflict(resource, name, `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`);

/** `message` is the whole sentence, the object named. */
export function invalid(resource: Resource, name: string, message: string, causes: readonly Cause[]): Failure {
  const { group, kind } = resource;
  const reasoned = causes.map((cause) => ({ reason: 'FieldValueInvalid', ...cause }));
  return new Failure(422, 'Invalid', message, { name, group, kind, causes: reasoned });
}

export function missingName(resource: Resource): Failure {
  const [field, message] = ['metadata.name', 'Required value: name or generateName is required'];
  const sentence = `${kindOf(resource)} "" is invalid: ${field}: ${message}`;
  return invalid(resource, '', sentence, [{ reason: 'FieldValueRequired', message, field }]);
}

export function missingVersion(resource: Resource, name: string): Failure {
  const [field, message] = ['metadata.resourceVersion', 'Invalid value: 0: must be specified for an update'];
  return invalid(resource, name, `${qualified(resource)} "${name}" is invalid: ${field}: ${message}`, [
    { message, field },
  ]);
}

export function immutableUid(resource: Resource, name: string, wanted: string): Failure {
  const [field, message] = ['metadata.uid', `Invalid value: "${wanted}": field is immutable`];
  return invalid(resource, name, `${kindOf(resource)} "${name}" is invalid: ${field}: ${message}`, [
    { message, field },
  ]);
}

const kindOf = ({ kind, group }: Resource): string => (group === '' ? kind : `${kind}.${group}`);

export const expired = (message: string): Failure => new Failure(410, 'Expired', message);

export const unsupportedMediaType = (accepted: readonly string[]): Failure =>
  new Failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
