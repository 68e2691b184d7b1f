/** The reference page of a scenario's fields, as Markdown. */
import { code, fieldsOf, row, table } from '../policy/generate/reference.ts';
import { openApi } from '../policy/schema.ts';
import { effects } from './events.ts';
import { scenario } from './scenario.ts';

/** `example` is a file of those that are to begin with. */
export function scenarioReference(example: string): string {
  const { properties = {}, required = [] } = openApi(scenario);
  const fields = Object.entries(properties).flatMap(([name, schema]) => [
    ...fieldsOf(schema, name, required.includes(name)),
  ]);
  const takes = Object.entries(effects).map(([on, possible]) => [code(on), possible.map(code).join(', ')]);
  return [
    '# A scenario, field by field',
    '',
    'A scenario is one deploy into one world: `npx steadyrun rehearse --policy POLICY --scenario FILE` plays it 200 times, each with luck of its own. [A dozen of them](../../deploy/examples/scenarios) are to begin with. `name` and `truth` are all that one needs:',
    '',
    '```yaml',
    ...example.trim().split('\n').map(spaced),
    '```',
    '',
    'A duration is text such as `10m`, `90s` or `1h30m`. The deploy is at 0: the candidate is ready and gets its first share. Before it the stable alone has served six hours of the same traffic and noise, without events.',
    '',
    table(['Field', 'Type', 'Default', 'Bounds', 'Meaning'], fields.map(row)),
    '',
    '## Events',
    '',
    'What an event takes hangs on whom or what it meets; it says at least one of these. Percentages add to what the revision has of its own.',
    '',
    table(['`on`', 'What it takes'], takes),
    '',
  ].join('\n');
}

/** As pages are formatted: a mapping in one line has room within its braces. */
const spaced = (line: string): string =>
  line.startsWith('#') ? line : line.replace(/\{(?=\S)/g, '{ ').replace(/(?<=\S)\}/g, ' }');
