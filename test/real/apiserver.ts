/** A real kube-apiserver with its etcd on loopback: no nodes and no controllers, but every rule of the API. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, startServer } from './server.ts';

const operator = 'system:serviceaccount:steadyrun-system:steadyrun';
const operatorGroups = 'system:serviceaccounts,system:serviceaccounts:steadyrun-system';

export interface ApiServer {
  readonly url: string;
  /** A kubeconfig file for a user of system:masters. */
  readonly admin: string;
  /** A kubeconfig file for the operator's own service account: it may do what RBAC grants it, which at first is nothing. */
  readonly operator: string;
  /** Ends both servers and deletes their files. */
  stop(): Promise<void>;
}

/** `binaries` is the folder of `etcd` and `kube-apiserver` (KUBEBUILDER_ASSETS). Ready in a few seconds. */
export async function startApiServer(binaries: string): Promise<ApiServer> {
  const folder = mkdtempSync(join(tmpdir(), 'steadyrun-apiserver-'));
  const stops: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const [clientPort = 0, peerPort = 0, port = 0] = await freePorts(3);
    const etcdUrl = `http://127.0.0.1:${clientPort}`;
    const etcd = await startServer(
      etcdCommand(binaries, folder, etcdUrl, `http://127.0.0.1:${peerPort}`),
      join(folder, 'etcd.log'),
      async () => (await fetch(`${etcdUrl}/health`)).ok,
    );
    stops.push(etcd.stop);

    const tokens = { admin: randomUUID(), operator: randomUUID() };
    writeCredentials(folder, tokens);
    const server = await startServer(
      apiServerCommand(binaries, folder, etcdUrl, port),
      join(folder, 'kube-apiserver.log'),
      () => isReady(folder, port, tokens.admin),
    );
    stops.push(server.stop);

    const url = `https://127.0.0.1:${port}`;
    const kubeconfig = (name: keyof typeof tokens) => writeKubeconfig(folder, url, name, tokens[name]);
    return { url, admin: kubeconfig('admin'), operator: kubeconfig('operator'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function etcdCommand(binaries: string, folder: string, client: string, peer: string): string[] {
  return [
    join(binaries, 'etcd'),
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    '--unsafe-no-fsync',
  ];
}

function apiServerCommand(binaries: string, folder: string, etcd: string, port: number): string[] {
  return [
    join(binaries, 'kube-apiserver'),
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--service-account-key-file=${join(folder, 'accounts.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    // It waits for a default service account that only the controller manager, which is not here, would make.
    '--disable-admission-plugins=ServiceAccount',
  ];
}

function writeCredentials(folder: string, tokens: { readonly admin: string; readonly operator: string }): void {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  writeFileSync(join(folder, 'accounts.pub'), keys.publicKey);
  writeFileSync(join(folder, 'accounts.key'), keys.privateKey, { mode: 0o600 });
  const rows = [
    `${tokens.admin},admin,admin,"system:masters"`,
    `${tokens.operator},${operator},steadyrun,"${operatorGroups}"`,
  ];
  writeFileSync(join(folder, 'tokens.csv'), `${rows.join('\n')}\n`, { mode: 0o600 });
}

/** The certificate that the server made for itself, which is its own authority. */
const certificate = (folder: string) => readFileSync(join(folder, 'apiserver.crt'));

function isReady(folder: string, port: number, token: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/readyz', ca: certificate(folder) };
    const call = request({ ...options, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('error', reject).end();
  });
}

/** As JSON, which every reader of YAML reads. */
function writeKubeconfig(folder: string, server: string, name: string, token: string): string {
  const file = join(folder, `${name}.kubeconfig`);
  const cluster = { server, 'certificate-authority-data': certificate(folder).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'envtest', cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: 'envtest', user: name } }],
    'current-context': name,
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
