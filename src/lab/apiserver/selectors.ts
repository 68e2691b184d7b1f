/** Label and field selectors. */
import { badRequest } from './failure.ts';
import { type ApiObject, at, child } from './object.ts';
import type { Resource } from './resources.ts';

export type Selector = (object: ApiObject) => boolean;

/** What a list or watch request asks for by fieldSelector and labelSelector. Throws Failure for a field that cannot be selected by. */
export function selectorOf(query: URLSearchParams, resource: Resource): Selector {
  const fields = requirements(query.get('fieldSelector')).map((text) => fieldRequirement(text, resource));
  const labels = requirements(query.get('labelSelector')).map(labelRequirement);
  const all = [...fields, ...labels];
  return (object) => all.every((isMet) => isMet(object));
}

/** Split at the commas that are not within a set's parentheses. */
function requirements(text: string | null): readonly string[] {
  if (text === null) return [];
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function fieldRequirement(text: string, { selectable, namespaced }: Resource): Selector {
  const match = /^([\w./-]+?)(!=|==|=)(.*)$/.exec(text);
  if (match === null) throw badRequest(`invalid field selector: ${text}`);
  const [, path = '', operator, value] = match;
  const known = ['metadata.name', ...(namespaced ? ['metadata.namespace'] : []), ...selectable];
  if (!known.includes(path)) throw badRequest(`field label not supported: ${path}`);
  const equals = (object: ApiObject): boolean => String(at(object, path) ?? '') === value;
  return operator === '!=' ? (object) => !equals(object) : equals;
}

function labelRequirement(text: string): Selector {
  const set = /^([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const [, label = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    const isIn = (object: ApiObject): boolean => values.includes(labelOf(object, label) ?? '');
    return operator === 'in' ? isIn : (object) => !isIn(object);
  }
  const match = /^(!?)([\w./-]+?)(?:(!=|==|=)(.*))?$/.exec(text);
  if (match === null) throw badRequest(`invalid label selector: ${text}`);
  const [, not, label = '', operator, value] = match;
  if (operator === undefined) return (object) => (labelOf(object, label) === undefined) === (not === '!');
  return (object) => (labelOf(object, label) === value) === (operator !== '!=');
}

function labelOf(object: ApiObject, label: string): string | undefined {
  const value = child(object.metadata, 'labels')[label];
  return value === undefined ? undefined : String(value);
}
