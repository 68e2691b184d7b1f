/** The lines that people read: each once, by place, and no more than anybody reads. */
import type { Finding, YamlDocument } from '../policy/check/yaml.ts';
import { pathText } from '../policy/problems.ts';
import { findingOf, type Loss } from './place.ts';

export interface Told extends Finding {
  readonly of: Loss['of'];
}

interface Tellings {
  add(loss: Loss): void;
  end(): { readonly lines: readonly Told[]; readonly isWhole: boolean };
}

/** To find the place of each has its price. */
const most = 1000;

/** `first` are those of the file itself. */
export function tellings(first: readonly Told[]): Tellings {
  const told = first.slice(0, most);
  const known = new Map<YamlDocument, Set<string>>();
  let more = first.length - told.length;
  let isWhole = first.every(({ of }) => of === 'Detail');
  return {
    add(loss) {
      const { document, path } = loss.spot;
      const ofDocument = known.get(document) ?? new Set();
      known.set(document, ofDocument);
      // What several SLOs refer to is read for each of them.
      const said = `${pathText(path)} ${loss.message}`;
      if (ofDocument.has(said)) return;
      ofDocument.add(said);
      if (loss.of === 'Objective') isWhole = false;
      if (told.length < most) told.push({ ...findingOf(loss), of: loss.of });
      else more++;
    },
    end() {
      const lines = told.sort((a, b) => a.line - b.line || a.column - b.column);
      const last = lines.at(-1);
      if (more === 0 || !last) return { lines, isWhole };
      const message = `there are ${more} more lines like these`;
      const of = isWhole ? 'Detail' : 'Objective';
      return { lines: [...lines, { ...last, of, path: '', message, hint: 'give a smaller file' }], isWhole };
    },
  };
}
