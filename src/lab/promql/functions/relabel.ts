/** label_replace: the only function of the subset that looks at labels and takes texts. */
import { metricName } from '../../../promql/ast.ts';
import { invalid, type Span, unsupported } from '../../../promql/error.ts';
import { anchoredRegex } from '../../../promql/regex.ts';
import { LabelSet } from '../../series/labels.ts';
import type { Arguments } from '../arguments.ts';
import { rejectDuplicates } from '../operators/names.ts';
import type { Compiled } from '../value.ts';

/** label_replace(vector, target, replacement, source, regex): an empty label is one that is taken away. */
export function labelReplace(args: Arguments): Compiled {
  args.expect(5, 5);
  const samples = args.vector(0);
  const [target, replacement, source, pattern] = [1, 2, 3, 4].map((index) => args.string(index)) as [
    string,
    string,
    string,
    string,
  ];
  if (!/^[a-zA-Z_]\w*$/.test(target))
    throw invalid(`invalid destination label name in label_replace(): ${target}`, args.at);
  if (target === metricName || source === metricName) throw unsupported('label_replace of the metric name', args.at);
  const regex = compiled(pattern, args.at);
  const relabelled = remembered((labels) => {
    const match = regex.exec(labels.get(source));
    return match ? LabelSet.of({ ...labels.labels, [target]: expanded(replacement, match) }) : labels;
  });
  return {
    type: 'vector',
    at: (store, atMs) => {
      const all = samples(store, atMs).map((sample) => ({ ...sample, labels: relabelled(sample.labels) }));
      rejectDuplicates(all, args.at);
      return all;
    },
  };
}

/** Instant after instant brings the same labels. */
function remembered(change: (labels: LabelSet) => LabelSet): (labels: LabelSet) => LabelSet {
  const seen = new WeakMap<LabelSet, LabelSet>();
  return (labels) => {
    const known = seen.get(labels);
    if (known !== undefined) return known;
    const changed = change(labels);
    seen.set(labels, changed);
    return changed;
  };
}

/** `$1` and `${1}` stand for groups, `$$` for a dollar; a group that is not there is empty. */
const expanded = (template: string, match: RegExpExecArray): string =>
  template.replace(/\$(?:(\$)|(\w+)|\{(\w+)\})/g, (_, dollar, bare, braced) =>
    dollar ? '$' : (match[Number(bare ?? braced)] ?? ''),
  );

function compiled(pattern: string, at: Span): RegExp {
  try {
    return anchoredRegex(pattern);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(`invalid regular expression in label_replace(): ${pattern}`, at);
    throw error;
  }
}
