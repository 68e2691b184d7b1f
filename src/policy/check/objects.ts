/** The objects of a file, one by one: kubectl prints several as a list of them. */
import { record } from '../../facts/json.ts';
import type { Path } from '../problems.ts';
import type { YamlDocument } from './yaml.ts';

export const objectsIn = (documents: readonly YamlDocument[]): YamlDocument[] => documents.flatMap(unfolded);

function unfolded(document: YamlDocument): YamlDocument[] {
  const { kind, items } = record(document.value);
  if (!Array.isArray(items) || !/List$/.test(String(kind))) return [document];
  return items.map((value: unknown, index) => {
    const within = (path: Path): Path => ['items', index, ...path];
    return {
      value,
      position: (path, at) => document.position(within(path), at),
      written: (path) => document.written(within(path)),
    };
  });
}
