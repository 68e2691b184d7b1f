/** The operator ends within 2 s and with 0 whatever it waits for, and its log is JSON whoever else writes to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Lab } from '../../src/lab/lab.ts';
import { oneIn } from '../whole.ts';
import { MAIN, type Running, start } from './cli.ts';
import { logged, Places } from './places.ts';

let lab: Lab;
let places: Places;
beforeAll(async () => {
  lab = await Lab.start({ seed: 1, speed: 1, historyMs: 0 });
  places = await Places.open();
});
afterAll(async () => {
  await lab.close();
  await places.close();
});

type Env = Readonly<Record<string, string>>;

/** The operator with the lab's Kubernetes and whatever this place has of Google. */
const run = (env: Env, ...args: string[]): Running => {
  // Where there is a gcloud, the library asks it for the project, and it makes itself a home.
  const home = { HOME: places.folder, CLOUDSDK_CONFIG: join(places.folder, 'gcloud') };
  const cluster =
    args.includes('--kubeconfig') || args.includes('--lab') ? [] : ['--kubeconfig', lab.description.kubeconfig];
  return start(['run', '--metrics-port', '0', ...cluster, ...args], undefined, { ...home, ...env });
};

const noGoogle = { GCE_METADATA_HOST: '127.0.0.1:1' };
const onGoogle = { K_SERVICE: 'so that the library believes to be on Google' };
const missing = /No Google credentials yet/;

/** Starts an operator; resolves once it waits. */
type Phase = (name: string) => Promise<Running>;

const said = async (operator: Running, what: RegExp): Promise<Running> => {
  await operator.printed(what);
  return operator;
};
const asking = async (asked: Promise<unknown>, operator: Running): Promise<Running> => {
  await asked;
  return operator;
};
const answering = async (code: number): Promise<Env> => {
  const { host } = await places.server((_, response) => response.writeHead(code).end('no'));
  return { GCE_METADATA_HOST: host };
};
/** A kubeconfig whose user is named by a command that waits for a person. */
const commandIn = async (name: string): Promise<{ kubeconfig: string; begun: () => Promise<unknown> }> => {
  const { url } = await places.server();
  const mark = join(places.folder, `${name}.begun`);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    command: 'sh',
    args: ['-c', `touch "${mark}"; exec sleep 8`],
  };
  const config = {
    clusters: [{ name: 'a', cluster: { server: url } }],
    users: [{ name: 'a', user: { exec } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  };
  const kubeconfig = await places.file(`${name}.kubeconfig`, JSON.stringify(config));
  return { kubeconfig, begun: () => vi.waitUntil(() => existsSync(mark), { timeout: 60_000 }) };
};

const phases: Readonly<Record<string, Phase>> = {
  'there is no metadata server': async () => said(run(noGoogle), missing),
  'the metadata server answers 404': async () => said(run(await answering(404)), missing),
  'the metadata server answers 500': async () => said(run(await answering(500)), missing),
  'the metadata server does not answer': async () => {
    const { host, asked } = await places.server();
    return asking(asked, run({ GCE_METADATA_HOST: host }));
  },
  'the metadata server does not answer, on Google': async () => {
    const { host, asked } = await places.server();
    return asking(asked, run({ GCE_METADATA_HOST: host, ...onGoogle }));
  },
  'the file of the credentials is missing': async () =>
    said(run({ GOOGLE_APPLICATION_CREDENTIALS: '/nonexistent/key.json' }), missing),
  'the file of the credentials is broken': async (name) =>
    said(run({ GOOGLE_APPLICATION_CREDENTIALS: await places.file(`${name}.json`, '{"type": "serv') }), missing),
  'the file of the credentials is no file of credentials': async (name) =>
    said(run({ GOOGLE_APPLICATION_CREDENTIALS: await places.file(`${name}.json`, '{"type": "unheard_of"}') }), missing),
  'Kubernetes does not list the policies': async (name) => {
    const { url, asked } = await places.server();
    return asking(asked, run(noGoogle, '--kubeconfig', await places.kubeconfig(name, url)));
  },
  'the command for the credentials of Kubernetes waits': async (name) => {
    const { kubeconfig, begun } = await commandIn(name);
    return asking(begun(), run(noGoogle, '--kubeconfig', kubeconfig));
  },
  'Kubernetes does not show the lease': async (name) => {
    const { url, asked } = await places.server();
    const kubeconfig = await places.kubeconfig(name, url);
    return asking(asked, run({}, '--lab', lab.description.url, '--leader-elect', '--kubeconfig', kubeconfig));
  },
  'the command for the credentials of Kubernetes waits before the lease': async (name) => {
    const { kubeconfig, begun } = await commandIn(name);
    return asking(begun(), run({}, '--lab', lab.description.url, '--leader-elect', '--kubeconfig', kubeconfig));
  },
  'another holds the lease': async (name) => {
    const namespace = name
      .toLowerCase()
      .replaceAll(/[^a-z]+/g, '-')
      .slice(0, 40);
    await holdLease(namespace);
    return said(run({}, '--lab', lab.description.url, '--leader-elect', '--namespace', namespace), /standing by/);
  },
  'the lab does not answer': async () => {
    const { url, asked } = await places.server();
    return asking(asked, run({}, '--lab', url));
  },
};

async function holdLease(namespace: string): Promise<void> {
  const response = await fetch(
    `${lab.description.kubernetes}/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
    {
      method: 'POST',
      body: JSON.stringify({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'steadyrun', namespace },
        spec: { holderIdentity: 'another', leaseDurationSeconds: 3600 },
      }),
    },
  );
  expect(response.status).toBe(201);
}

describe.concurrent.each(oneIn(3, Object.entries(phases)))('while %s', (name, begin) => {
  // The phases that are played have one of the signals each, in turn.
  const first = Object.keys(phases).indexOf(name) >> 1;
  test.each(oneIn(2, ['SIGINT', 'SIGTERM'] as const, first))('%s ends it', async (signal) => {
    const operator = await begin(`${name} ${signal}`);
    operator.process.kill(signal);
    const { code, out, err } = await operator.ended;
    expect({ code, out }).toEqual({ code: 0, out: '' });
    // Nothing had to be cut short, as it is after 1.8 s; what is left is at most what a busy machine takes for it.
    const messages = logged(err).map(({ message }) => message);
    expect(messages.slice(messages.indexOf('stopping'))).toEqual(['stopping', 'stopped']);
  });
});

describe('/readyz', () => {
  test('says that there are no credentials, until there are', async () => {
    let isThere = false;
    const google = await places.server(({ url }, response) => {
      response.setHeader('metadata-flavor', 'Google');
      if (!isThere) response.writeHead(404).end();
      else if (url!.includes('/token')) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ access_token: 'a-token', expires_in: 3600, token_type: 'Bearer' }));
      } else response.end('here');
    });
    const operator = run({ GCE_METADATA_HOST: google.host });
    await operator.printed(missing);
    const [{ metricsPort }] = logged(operator.err) as unknown as [{ metricsPort: number }];
    const ask = async () => {
      const response = await fetch(`http://127.0.0.1:${metricsPort}/readyz`);
      return `${response.status} ${await response.text()}`;
    };
    expect(await ask()).toMatch(/^503 (.*\n)?No Google credentials yet: .* Workload Identity/);
    isThere = true;
    await vi.waitUntil(async () => (await ask()) === '200 ok\n', { timeout: 60_000, interval: 20 });
    operator.process.kill('SIGTERM');
    const { code, err } = await operator.ended;
    expect(code).toBe(0);
    expect(logged(err).map(({ message }) => message)).toContain('there are Google credentials now');
  });
});

test('what Node and libraries write by themselves is a line of the log', async () => {
  const noise = `data:text/javascript,${encodeURIComponent(`
    setTimeout(() => {
      process.emitWarning('old habits', 'DeprecationWarning');
      console.warn('from a library:\\nit takes two lines');
      console.log('an answer that nobody asked for');
      process.stderr.write(Buffer.from('bytes'));
    }, 1000)`)}`;
  const operator = start(['run', '--lab', lab.description.url], [process.execPath, '--import', noise, MAIN]);
  await operator.printed(/bytes/);
  await operator.printed(/DeprecationWarning/);
  operator.process.kill('SIGTERM');
  const { code, out, err } = await operator.ended;
  expect({ code, out }).toEqual({ code: 0, out: '' });
  const stray = logged(err).filter(({ severity }) => severity === 'WARNING');
  expect(stray.map(({ message }) => message).sort()).toEqual([
    'DeprecationWarning: old habits',
    'an answer that nobody asked for',
    'bytes',
    'from a library:\nit takes two lines',
  ]);
});

test.each([
  ['an exception', 'setTimeout(() => { throw new Error("from a library") }, 1000)'],
  ['a rejection', 'setTimeout(() => Promise.reject(new Error("from a library")), 1000)'],
])('%s that nobody catches is a line of the log, and the end', async (_, fault) => {
  const command = [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(fault)}`, MAIN];
  const { code, out, err } = await start(['run', '--lab', lab.description.url], command).ended;
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(logged(err).at(-1)).toMatchObject({ severity: 'CRITICAL', message: 'a failure was left alone' });
});
