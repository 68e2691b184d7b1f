/** Scrapes the world into the store: the app's instances every 15 s, the platform every 60 s. */
import type { SeriesStore } from '../series/store.ts';
import type { Instance } from '../world/instance.ts';
import type { Revision } from '../world/revision.ts';
import type { Service } from '../world/service.ts';
import { AppMetrics } from './app.ts';
import { PlatformMetrics, platformIntervalMs } from './platform.ts';

const appIntervalMs = 15_000;
const retentionMs = 26 * 3_600_000;

export class Scraper {
  readonly #store: SeriesStore;
  readonly #apps = new WeakMap<Instance, AppMetrics>();
  readonly #platforms = new WeakMap<Revision, PlatformMetrics>();

  constructor(store: SeriesStore) {
    this.#store = store;
  }

  scrape(atMs: number, services: Iterable<{ readonly service: Service; readonly websockets: boolean }>): void {
    const app = atMs % appIntervalMs === 0;
    const platform = atMs % platformIntervalMs === 0;
    if (!app) return;
    for (const { service, websockets } of services) {
      for (const revision of service.revisions.values()) {
        this.#scrapeApp(atMs, service, revision, websockets);
        if (platform) this.#scrapePlatform(atMs, service, revision);
      }
    }
    if (atMs % 3_600_000 === 0) this.#store.drop(atMs - retentionMs);
  }

  #scrapeApp(atMs: number, service: Service, revision: Revision, websockets: boolean): void {
    for (const instance of revision.fleet.ready(atMs)) {
      let metrics = this.#apps.get(instance);
      if (metrics === undefined) {
        metrics = new AppMetrics(this.#store, service.ref.name, revision.name, instance, {
          websockets,
          boundaries: revision.behaviour.appBoundaries,
        });
        this.#apps.set(instance, metrics);
      }
      metrics.write(atMs, instance.counters);
    }
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
