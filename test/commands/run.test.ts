import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from '../../src/lab/lab.ts';
import { oneIn } from '../whole.ts';
import { steadyrun as asProcess, complaint, type Ended, MAIN, type Running, start } from './cli.ts';
import { steadyrun } from './in-process.ts';
import { logged, Places } from './places.ts';

let lab: Lab;
let folder: string;
let places: Places;

beforeAll(async () => {
  lab = await Lab.start({ seed: 1, speed: 1, historyMs: 0 });
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-run-'));
  places = await Places.open();
});
afterAll(async () => {
  await lab.close();
  await places.close();
  await rm(folder, { recursive: true });
});

/** Something that listens and is no lab; resolves to its port. */
async function stranger(words = ''): Promise<number> {
  const server = createServer((_, response) => response.end(words))
    .listen(0, '127.0.0.1')
    .unref();
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Both go by the same door. The operator takes the whole process for itself, its streams too: it is asked as one, once for each door. */
const asked = (command: string, ...args: string[]): Promise<Ended> =>
  command === 'run' ? asProcess(command, ...args) : steadyrun(command, ...args);

/** In the order of what `npm test` plays. */
const doors = oneIn(2, ['status', 'run']);

describe.concurrent('steadyrun run and status refuse in one line', () => {
  test.each(['run', 'status'])('%s: a lab that is not on this machine', async (command) => {
    expect(await asked(command, '--lab', 'http://example.com')).toEqual(
      complaint(1, 'steadyrun: --lab http://example.com: a lab is plain HTTP on a loopback address only'),
    );
  });

  test.each(doors)('%s: a lab address that is no address', async (command) => {
    expect(await asked(command, '--lab', 'lab')).toEqual(
      complaint(1, 'steadyrun: --lab lab: not a URL; write what the lab printed, like http://127.0.0.1:8123'),
    );
  });

  test.each(doors)('%s: a lab that is not there', async (command) => {
    expect(await asked(command, '--lab', 'http://127.0.0.1:1')).toEqual(
      complaint(1, 'steadyrun: no lab answers at http://127.0.0.1:1/; start one with: npx steadyrun lab'),
    );
  });

  const others = ['hello', '', '[]', 'null', '{"kubernetes": "http://127.0.0.1:8001"}'];
  test.each(doors.flatMap((command) => others.map((words) => [command, words] as const)))(
    '%s: a lab that is none and says %j',
    async (command, words) => {
      const port = await stranger(words);
      expect(await asked(command, '--lab', `http://127.0.0.1:${port}`)).toEqual(
        complaint(1, `steadyrun: http://127.0.0.1:${port}/ answered 200, but not as a lab does`),
      );
    },
  );

  test.each(doors)('%s: a kubeconfig that is not there', async (command) => {
    const { code, out, err } = await asked(command, '--kubeconfig', '/nonexistent');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('steadyrun: the kubeconfig /nonexistent: there is no such file; look at the path\n');
  });

  const kubeconfigs = [
    ['no YAML', 'a: [1\n  b'],
    ['no mapping', 'hello'],
    ['empty', ''],
    ['without a cluster', 'apiVersion: v1\nkind: Config\n'],
  ] as const;
  test.each(doors.flatMap((command) => kubeconfigs.map((one) => [command, ...one] as const)))(
    '%s: a kubeconfig that is %s',
    async (command, what, text) => {
      const file = join(folder, `${command} ${what}`);
      await writeFile(file, text);
      const { code, out, err } = await asked(command, '--kubeconfig', file);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(/^steadyrun: .*kubeconfig.*\n$/);
    },
  );

  test('a metrics port that is taken, and leaves nothing running', async () => {
    const port = await stranger();
    const { code, err } = await asProcess('run', '--lab', lab.description.url, '--metrics-port', `${port}`);
    expect(code).toBe(1);
    expect(err).toBe(
      `steadyrun: port ${port} for /metrics cannot be had: it is in use; --metrics-port takes another\n`,
    );
  });
});

describe('steadyrun run --lab', () => {
  test.each(oneIn(2, ['SIGINT', 'SIGTERM'] as const))(
    'becomes ready, serves its metrics, and ends on %s with 0',
    async (signal) => {
      const operator = start(['run', '--lab', lab.description.url]);
      await operator.printed(/"metricsPort":\d+/);
      const { metricsPort } = JSON.parse(operator.err.split('\n')[0]!);
      const at = `http://127.0.0.1:${metricsPort}`;
      while (!(await fetch(`${at}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 5));
      expect((await fetch(`${at}/livez`)).status).toBe(200);
      expect(await (await fetch(`${at}/metrics`)).text()).toContain('workqueue_depth{name="slopolicy"} ');
      operator.process.kill(signal);
      const { code, out, err } = await operator.ended;
      expect({ code, out }).toEqual({ code: 0, out: '' });
      const said = err
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(said.map(({ message }) => message)).toEqual(['started', 'stopping', 'stopped']);
      expect(said.every(({ severity }) => severity === 'INFO')).toBe(true);
    },
  );

  describe('while it still comes to its end', () => {
    /** It stands for a lease that nobody shows it, which takes a second to leave. */
    const standing = async (command?: readonly string[]): Promise<Running> => {
      const { url, asked } = await places.server();
      const kubeconfig = await places.kubeconfig(`${url.length}-${Math.random()}`, url);
      const operator = start(
        ['run', '--lab', lab.description.url, '--leader-elect', '--kubeconfig', kubeconfig],
        command,
      );
      await asked;
      return operator;
    };

    test('takes a signal that arrives twice, as from a terminal and from npx, for one', async () => {
      // It sends itself the second one: from here it could arrive late, on a busy machine, and be a later one.
      const echo = 'data:text/javascript,process.once("SIGINT",()=>process.kill(process.pid,"SIGINT"))';
      const operator = await standing([process.execPath, '--import', echo, MAIN]);
      operator.process.kill('SIGINT');
      const { code, err } = await operator.ended;
      expect(code).toBe(0);
      expect(logged(err).at(-1)!.message).toBe('stopped');
    });

    test('ends at once on a later signal', async () => {
      const operator = await standing();
      const impatient = setInterval(() => operator.process.kill('SIGTERM'), 50);
      const { code, err } = await operator.ended.finally(() => clearInterval(impatient));
      expect(code).toBe(143);
      expect(err).not.toContain('stopped');
    });
  });
});
