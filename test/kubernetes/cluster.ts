import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { loadKubeConfig, type PooledKubeConfig } from '../../src/kubernetes/http/client.ts';
import type { Fault, Question } from '../../src/lab/apiserver/faults.ts';
import type { JsonObject } from '../../src/lab/apiserver/object.ts';
import { KubernetesDoor } from '../../src/lab/doors/kubernetes.ts';
import { admit } from '../../src/policy/admit.ts';
import { columns } from '../../src/policy/crd.ts';

/** The lab's Kubernetes on a port of its own, with everything a test wants to see of it or do to it. */
export class TestCluster {
  readonly door: KubernetesDoor;
  readonly requests: Question[] = [];
  /** Consulted for every request. */
  fault: (question: Question) => Fault | undefined = () => undefined;
  readonly #server: Server;
  readonly #configs: PooledKubeConfig[] = [];
  readonly #sockets = new Set<Socket>();
  sockets = 0;
  url = '';

  constructor() {
    this.door = new KubernetesDoor({
      nowMs: () => Date.UTC(2026, 0, 1),
      admit,
      columns,
      faults: (question) => {
        this.requests.push(question);
        return this.fault(question);
      },
    });
    this.#server = createServer((request, response) => this.door.handle(request, response));
    this.#server.on('connection', (socket) => {
      this.sockets++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<TestCluster> {
    const cluster = new TestCluster();
    await new Promise<void>((resolve) => cluster.#server.listen(0, '127.0.0.1', resolve));
    cluster.url = `http://127.0.0.1:${(cluster.#server.address() as AddressInfo).port}`;
    return cluster;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  get watches(): readonly Question[] {
    return this.requests.filter((request) => request.isWatch);
  }

  get lists(): readonly Question[] {
    return this.requests.filter((request) => !request.isWatch && request.method === 'GET');
  }

  /** A write to another resource, which moves the version on without being seen by a watch of policies. */
  async writeEvent(): Promise<void> {
    const body = { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'other', namespace: 'default' } };
    await fetch(`${this.url}/apis/events.k8s.io/v1/namespaces/default/events`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
  }

  config(): PooledKubeConfig {
    const config = loadKubeConfig({ url: this.url });
    this.#configs.push(config);
    return config;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#configs.map((config) => config.close()));
    this.door.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The smallest policy there is. */
export function policy(name: string, change: JsonObject = {}, namespace = 'default'): JsonObject {
  return {
    apiVersion: 'steadyrun.dev/v1alpha1',
    kind: 'SLOPolicy',
    metadata: { name, namespace },
    spec: {
      service: { project: 'acme', region: 'europe-west1', name },
      objectives: [{ name: 'availability', targetPercent: 99.9 }],
      ...change,
    },
  };
}
