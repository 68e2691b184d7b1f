/** Scrapes the world into the store: the app's instances every 15 s, the platform every 60 s. */

import type { ServiceSeed } from '../seed.ts';
import type { SeriesStore } from '../series/store.ts';
import type { Instance } from '../world/instance.ts';
import type { Revision } from '../world/revision.ts';
import type { Service } from '../world/service.ts';
import { AppMetrics } from './app.ts';
import { DatabaseMetrics } from './database.ts';
import { PlatformMetrics, platformIntervalMs } from './platform.ts';

const appIntervalMs = 15_000;
const retentionMs = 26 * 3_600_000;

/** Metrics that are kept so much longer, since a recording of them is what the world began with. */
export interface Kept {
  readonly metrics: ReadonlySet<string>;
  readonly lengthMs: number;
}

export interface Scraped {
  readonly service: Service;
  readonly seed: Pick<ServiceSeed, 'database'>;
  readonly websockets: boolean;
}

export class Scraper {
  readonly #store: SeriesStore;
  readonly #apps = new WeakMap<Instance, AppMetrics>();
  readonly #platforms = new WeakMap<Revision, PlatformMetrics>();
  readonly #databases = new WeakMap<Service, DatabaseMetrics>();

  readonly #kept: Kept;

  constructor(store: SeriesStore, kept: Kept) {
    this.#store = store;
    this.#kept = kept;
  }

  scrape(atMs: number, services: Iterable<Scraped>): void {
    const app = atMs % appIntervalMs === 0;
    const platform = atMs % platformIntervalMs === 0;
    if (!app) return;
    for (const one of services) {
      const { service, seed } = one;
      for (const revision of service.revisions.values()) {
        this.#scrapeApp(atMs, one, revision);
        if (platform) this.#scrapePlatform(atMs, service, revision);
      }
      if (platform && seed.database) this.#scrapeDatabase(atMs, service);
    }
    if (atMs % 3_600_000 === 0) this.#forget(atMs);
  }

  #forget(atMs: number): void {
    const { metrics, lengthMs } = this.#kept;
    this.#store.drop(atMs - retentionMs, (metric) => !metrics.has(metric));
    this.#store.drop(atMs - retentionMs - lengthMs, (metric) => metrics.has(metric));
  }

  #scrapeApp(atMs: number, { service, seed, websockets }: Scraped, revision: Revision): void {
    for (const instance of revision.fleet.ready(atMs)) {
      let metrics = this.#apps.get(instance);
      if (metrics === undefined) {
        metrics = new AppMetrics(this.#store, service.ref.name, revision.name, instance, {
          websockets,
          database: seed.database ?? false,
          boundaries: revision.behaviour.appBoundaries,
        });
        this.#apps.set(instance, metrics);
      }
      metrics.write(atMs, instance.counters);
    }
  }

  #scrapeDatabase(atMs: number, service: Service): void {
    let metrics = this.#databases.get(service);
    if (metrics === undefined) {
      metrics = new DatabaseMetrics(this.#store, service.ref);
      this.#databases.set(service, metrics);
    }
    metrics.write(atMs, [...service.deleted, ...service.revisions.values()]);
  }

  /** A revision without an instance has nothing to report. */
  #scrapePlatform(atMs: number, service: Service, revision: Revision): void {
    if (revision.fleet.ready(atMs).length === 0) return;
    let metrics = this.#platforms.get(revision);
    if (metrics === undefined) {
      metrics = new PlatformMetrics(this.#store, service.ref, revision.name);
      this.#platforms.set(revision, metrics);
    }
    metrics.write(atMs, revision);
  }
}
