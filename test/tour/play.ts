/**
 * A document whose commands can be run: each block of `sh` in one shell, one after the other, and a block of `sh terminal` in
 * a shell of its own that stays. The block of `text` behind it is what it printed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Step {
  readonly commands: string;
  readonly stays: boolean;
  /** What stands in the document; null: it shows nothing. */
  readonly shown: string | null;
  /** It tells a story of its own each time: how soon a revision is found out, say. */
  readonly varies: boolean;
}

const fences = /^```sh( terminal)?\n([\s\S]*?)^```\n(?:\n```text( varies)?\n([\s\S]*?)^```\n)?/gm;

/** Only what begins at the left edge is run: what is indented is meant for other machines. */
export const stepsOf = (document: string): Step[] =>
  [...document.matchAll(fences)].map(([, stays, commands, varies, shown]) => ({
    commands: commands!,
    stays: stays !== undefined,
    shown: shown ?? null,
    varies: varies !== undefined,
  }));

/** The document with what was printed in its places; by step. */
export function written(document: string, printed: readonly string[]): string {
  let step = 0;
  return document.replace(fences, (block, _stays, _commands, varies, shown) => {
    const out = printed[step++] ?? '';
    if (shown === undefined) return block;
    const end = block.lastIndexOf(`text${varies ?? ''}\n${shown}`);
    return `${block.slice(0, end)}text${varies ?? ''}\n${out}\`\`\`\n`;
  });
}

/** What is left of a text where figures, lengths of time, bars, the ends of names and where lines break are all the same. */
export const shapeOf = (text: string): string =>
  text
    .replace(/[▏▎▍▌▋▊▉█]+/g, '')
    .replace(/\d[\d.,:]*/g, '0')
    .replace(/0(?:[smhd]0?)+\b|0 (?:s|min|h|d)\b(?: 0 (?:s|min|h)\b)?|any moment/g, 'T')
    .replace(/(-0-)[a-z]{3}\b/g, '$1aaa')
    .replace(/(?:\bin )?T\b/g, 'T')
    .split(/\s+/)
    .join(' ')
    // How soon the budget and the saturation are known is a matter of how busy the machine is.
    .replace(/(?: 0 %)?(?: cpu 0 %)? T\b/g, ' T');

/** Where a lab happens to be is nobody's business. */
const placeless = (text: string): string =>
  text
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/[^\s=]*\/steadyrun-lab-\w+/g, '/tmp/steadyrun-lab')
    .replaceAll(/[ \t]+$/gm, '');

/** How long a terminal that stays has to begin. */
const beginsMs = 60_000;

/** What each step printed. Throws with what was said where one fails; whatever was started is ended. */
export async function play(
  steps: readonly Step[],
  folder: string,
  env: NodeJS.ProcessEnv,
  tell: (line: string) => void = () => {},
): Promise<string[]> {
  const children: ChildProcess[] = [];
  const started = (args: readonly string[], stdio: 'pipe' | 'ignore') => {
    const child = spawn('bash', args, { cwd: folder, env, detached: true, stdio: [stdio, 'pipe', 'pipe'] });
    children.push(child);
    const heard = { out: '', err: '' };
    child.stdout!.on('data', (chunk) => {
      heard.out += chunk;
    });
    child.stderr!.on('data', (chunk) => {
      heard.err += chunk;
    });
    return { child, heard };
  };
  try {
    const shell = started(['-e'], 'pipe');
    const printed: string[] = [];
    for (const { commands, stays } of steps) {
      tell(commands.trimEnd());
      if (stays) {
        const { heard } = started(['-ec', `exec ${commands}`], 'ignore');
        for (let waited = 0; !heard.out.includes('\n\n') && waited < beginsMs; waited += 100) await sleep(100);
        await sleep(500);
        printed.push(placeless(heard.out));
        continue;
      }
      shell.heard.out = '';
      const end = `end of step ${printed.length}\n`;
      shell.child.stdin!.write(`${commands}echo; echo ${end}`);
      while (!shell.heard.out.includes(end) && shell.child.exitCode === null) await sleep(100);
      if (!shell.heard.out.includes(end)) throw new Error(`${commands}printed\n${shell.heard.out}${shell.heard.err}`);
      printed.push(placeless(shell.heard.out.slice(0, shell.heard.out.indexOf(end)).replace(/\n$/, '')));
    }
    return printed;
  } finally {
    for (const { pid } of children) {
      try {
        process.kill(-pid!, 'SIGTERM');
      } catch {
        // It has ended by itself.
      }
    }
  }
}
