/** The port Services over the Cloud Run Admin API v2. */
import type { Change } from '../facts/change.ts';
import type { Revision } from '../facts/revision.ts';
import { type Service, type ServiceRef, serviceText } from '../facts/service.ts';
import { tagsOf } from '../facts/split.ts';
import type { Clock } from '../ports/clock.ts';
import { Refused, Unavailable } from '../ports/errors.ts';
import type { Services } from '../ports/services.ts';
import type { Access } from './access.ts';
import { Caller, type OnCall, type Pace } from './calls.ts';
import { type Clients, createClients } from './clients.ts';
import { Listings } from './listings.ts';
import { trafficTargets } from './traffic.ts';
import { revisionView, serviceView, shortName } from './view.ts';

export interface ServicesOptions {
  readonly access: Access;
  readonly version: string;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Ends the waiting between tries. */
  readonly signal: AbortSignal;
  /** Told of every request: the API's method, the canonical code of the answer, and how long it took. */
  readonly onCall: OnCall;
  /** Told once a region ("project/region") where listing is not allowed, so that services are read one by one. */
  readonly onListDenied: (region: string, message: string) => void;
  readonly pace?: Pace;
}

export async function createServices(options: ServicesOptions): Promise<Services> {
  return new CloudRunServices(await createClients(options.access, options.version), options);
}

class CloudRunServices implements Services {
  readonly #clients: Clients;
  readonly #caller: Caller;
  readonly #listings: Listings;
  readonly #clock: Pick<Clock, 'nowMs'>;

  constructor(clients: Clients, options: ServicesOptions) {
    this.#clients = clients;
    this.#caller = new Caller(options);
    this.#clock = options.clock;
    this.#listings = new Listings({
      source: { list: (project, region) => this.#list(project, region), read: (ref) => this.read(ref) },
      clock: options.clock,
      onListDenied: options.onListDenied,
    });
  }

  glance(ref: ServiceRef): Promise<Service | null> {
    return this.#listings.glance(ref);
  }

  async read(ref: ServiceRef): Promise<Service | null> {
    const asOfMs = this.#clock.nowMs();
    const question = { method: 'GetService', what: `read ${inWords(ref)}`, permission: 'run.services.get' };
    const service = await this.#caller.read(question, async (options) => {
      const [message] = await this.#clients.services.getService({ name: serviceText(ref) }, options);
      return serviceView(ref, message);
    });
    this.#listings.learn(ref, service, asOfMs);
    return service;
  }

  revision(ref: ServiceRef, name: string): Promise<Revision | null> {
    const what = `read revision ${name} of ${inWords(ref)}`;
    return this.#caller.read({ method: 'GetRevision', what, permission: 'run.revisions.get' }, async (options) => {
      const [message] = await this.#clients.revisions.getRevision(
        { name: `${serviceText(ref)}/revisions/${name}` },
        options,
      );
      return revisionView(message);
    });
  }

  /**
   * Returns once Google has accepted the change; whether it has taken effect is for a later read to see. The operation that
   * the answer names is never polled: nothing is left running, and nothing can reject later.
   */
  async write(ref: ServiceRef, change: Change, { etag, traffic: before }: Service): Promise<void> {
    const traffic = trafficTargets(change.split, tagsOf(before));
    if (etag === '') throw new Refused(`Refused to write the traffic of ${inWords(ref)} without knowing its etag.`);
    const what = `set the traffic of ${inWords(ref)}`;
    try {
      await this.#caller.write({ method: 'UpdateService', what, permission: 'run.services.update' }, (options) =>
        this.#clients.services.updateService(
          { service: { name: serviceText(ref), etag, traffic }, updateMask: { paths: ['traffic'] } },
          options,
        ),
      );
    } finally {
      this.#listings.learn(ref, 'Changed', this.#clock.nowMs());
    }
  }

  /** Page by page, keeping of each service only what a decision needs. */
  async #list(project: string, region: string): Promise<Service[]> {
    const parent = `projects/${project}/locations/${region}`;
    const what = `list the services of ${project}/${region}`;
    const question = { method: 'ListServices', what, permission: 'run.services.list' };
    const services: Service[] = [];
    let pageToken = '';
    do {
      const page = await this.#caller.read(question, async (options) => {
        const [, , response] = await this.#clients.services.listServices(
          { parent, pageSize: 100, ...(pageToken !== '' && { pageToken }) },
          { ...options, autoPaginate: false },
        );
        return response;
      });
      if (page?.unreachable?.length)
        throw new Unavailable(`Could not ${what}: Google itself could not reach all of it.`);
      for (const message of page?.services ?? []) {
        services.push(serviceView({ project, region, name: shortName(message.name) ?? '' }, message));
      }
      pageToken = page?.nextPageToken ?? '';
    } while (pageToken !== '');
    return services;
  }
}

const inWords = (ref: ServiceRef): string => `service ${ref.name} in ${ref.project}/${ref.region}`;
