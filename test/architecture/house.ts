/** The house's plan: which room may know which, and how a plan is held against the imports that there are. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** By file below src, what it imports: files below src, or packages by name. */
export type Imports = Readonly<Record<string, readonly string[]>>;

export function importsOf(root: string): Imports {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => normalize(file));
  return Object.fromEntries(files.map((file) => [file, importsIn(file, readFileSync(join(root, file), 'utf8'))]));
}

const importsIn = (file: string, text: string): string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, path]) =>
    path!.startsWith('.') ? normalize(join(dirname(file), path!)) : path!,
  );

/** A folder, or a file that is a room of its own. */
export type Room = string;

const isIn = (path: string, room: Room): boolean => path === room || path.startsWith(`${room}/`);

/**
 * What each room may import besides itself. The innermost room that holds a file speaks for it. Packages are named where
 * a room is held to some; `*` stands for any package.
 */
export type Plan = Readonly<Record<Room, readonly string[]>>;

const ground = ['facts', 'status', 'policy'];
const adapter = [...ground, 'ports', 'manifest.ts', '*'];
/** What every concern of the judgement stands on; none knows another. */
const underConcerns = [
  ...ground,
  'decide/evidence',
  ...[
    'cadence',
    'capacity',
    'case',
    'concern',
    'decision',
    'freshness',
    'frozen',
    'inspection',
    'newest',
    'outcome',
    'questions',
    'tuned',
    'view',
    'words',
  ].map((file) => `decide/${file}.ts`),
];

export const plan: Plan = {
  promql: ['@lezer/common', '@prometheus-io/lezer-promql'],
  facts: [],
  status: ['facts', 'zod'],
  policy: ['promql', 'facts', 'status', 'zod', 'yaml', '../package.json'],
  pages: ['policy', 'scenario', 'yaml', 'node:fs/promises', 'node:path'],
  import: ['promql', 'policy', 'yaml'],
  counting: ['promql', ...ground],
  generate: ['promql', 'counting', ...ground, 'yaml', 'node:crypto'],
  decide: ground,
  'decide/evidence': [...ground, 'decide/capacity.ts'],
  'decide/traffic': underConcerns,
  'decide/traffic/rollout': [...underConcerns, 'decide/traffic/newcomer.ts', 'decide/traffic/outcome.ts'],
  'decide/traffic/guard': [...underConcerns, 'decide/traffic/outcome.ts'],
  'decide/budget': underConcerns,
  'decide/tuning': underConcerns,
  ports: ground,
  cloudrun: adapter,
  logging: adapter,
  kubernetes: adapter,
  'kubernetes/access': [...adapter, 'kubernetes/http'],
  'kubernetes/watch': [...adapter, 'kubernetes/http'],
  'kubernetes/leader': [...adapter, 'kubernetes/http'],
  'kubernetes/policies': [...adapter, 'kubernetes/http'],
  'kubernetes/http': adapter,
  prometheus: [...adapter, 'counting', 'promql'],
  'kubernetes/rules': [...adapter, 'kubernetes/http', 'kubernetes/policies'],
  loop: [...ground, 'decide', 'ports'],
  keep: [...ground, 'generate', 'ports', 'node:util'],
  report: [...ground, 'decide', 'ports', 'loop', 'manifest.ts', '*'],
  scenario: [...ground, 'zod', 'yaml', 'node:fs/promises'],
  rehearsal: [...ground, 'decide', 'scenario', '*'],
  backtest: [...ground, 'decide', 'ports', 'loop'],
};

const isPackage = (target: string): boolean => !target.endsWith('.ts') && !target.startsWith('..');

/** The innermost room of the plan that holds the file. */
const roomOf = (file: string): Room | undefined =>
  Object.keys(plan)
    .filter((room) => isIn(file, room))
    .sort((a, b) => b.length - a.length)[0];

/** "file -> what it imports and may not", for each import that the plan does not have. */
export function strangers(imports: Imports): string[] {
  return Object.entries(imports).flatMap(([file, targets]) => {
    const room = roomOf(file);
    if (room === undefined) return [];
    const allowed = plan[room]!;
    return targets
      .filter((target) => !target.startsWith('node:') || !allowed.includes('*'))
      .filter((target) => {
        // A room may know what lies in it, but a room within it speaks for itself.
        if (isIn(target, room)) return false;
        return !allowed.some((name) => isIn(target, name) || (name === '*' && isPackage(target)));
      })
      .map((target) => `${file} -> ${target}`);
  });
}

/**
 * Circles, at every level: among the files and folders that lie side by side in one folder, a folder standing for all that
 * is in it. Each circle once, as its rooms in the order in which they import each other.
 */
export function circles(imports: Imports): string[] {
  const edges = new Map<string, Map<string, Set<string>>>();
  for (const [file, targets] of Object.entries(imports)) {
    for (const target of targets) {
      const [level, from, to] = parting(file, target);
      if (!(target in imports) || from === to) continue;
      const rooms = edges.get(level) ?? new Map<string, Set<string>>();
      edges.set(level, rooms.set(from, (rooms.get(from) ?? new Set()).add(to)));
    }
  }
  return [...edges.values()].flatMap((rooms) => circlesAmong(rooms));
}

/** The folder in which the ways to two files part, and the two rooms there. */
function parting(a: string, b: string): [level: string, a: string, b: string] {
  const [one, other] = [a.split('/'), b.split('/')];
  let depth = 0;
  while (one[depth] === other[depth] && depth < Math.min(one.length, other.length) - 1) depth++;
  return [one.slice(0, depth).join('/'), one.slice(0, depth + 1).join('/'), other.slice(0, depth + 1).join('/')];
}

function circlesAmong(rooms: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (room: string, way: readonly string[]): void => {
    const since = way.indexOf(room);
    if (since >= 0) found.add(inOrder(way.slice(since)));
    if (since >= 0 || done.has(room)) return;
    for (const next of rooms.get(room) ?? []) visit(next, [...way, room]);
    done.add(room);
  };
  for (const room of rooms.keys()) visit(room, []);
  return [...found];
}

/** The same circle whichever of its rooms it was found from. */
function inOrder(circle: readonly string[]): string {
  const first = circle.indexOf([...circle].sort()[0]!);
  return [...circle.slice(first), ...circle.slice(0, first)].join(' -> ');
}
