/**
 * Every service of a region from one list, shared by all policies that guard something there: hundreds of quiet services cost
 * two list calls a minute instead of hundreds of reads.
 */
import type { Service, ServiceRef } from '../facts/service.ts';
import type { Clock } from '../ports/clock.ts';
import { Refused } from '../ports/errors.ts';

/** A list is good for this long (of the world's time). */
const freshMs = 30_000;
/** While lists fail, the last one may be believed up to this age. */
const usableMs = 90_000;
/** After a failed list the next one waits, so that hundreds of policies do not ask in a row. */
const afterFailureMs = 5_000;
/** Where listing is not allowed, it is tried again this much later: permissions take minutes to spread. */
const afterRefusalMs = 600_000;

export interface FleetSource {
  /** Throws Refused where listing is not allowed. */
  list(project: string, region: string): Promise<readonly Service[]>;
  read(ref: ServiceRef): Promise<Service | null>;
}

export interface ListingsOptions {
  readonly source: FleetSource;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Told once a region that its services are read one by one, and why. */
  readonly onListDenied: (region: string, message: string) => void;
}

export class Listings {
  readonly #options: ListingsOptions;
  readonly #regions = new Map<string, Region>();

  constructor(options: ListingsOptions) {
    this.#options = options;
  }

  /** The service as of at most 30 s ago (90 s while lists fail); throws Unavailable when that cannot be had. */
  glance(ref: ServiceRef): Promise<Service | null> {
    return this.#region(ref).glance(ref);
  }

  /** Takes in what a read that began at `asOfMs` showed, or, after a write that ended then, that the service has changed. */
  learn(ref: ServiceRef, service: Service | null | 'Changed', asOfMs: number): void {
    this.#region(ref).learn(ref, service, asOfMs);
  }

  #region(ref: ServiceRef): Region {
    const key = `${ref.project}/${ref.region}`;
    let region = this.#regions.get(key);
    if (!region) {
      region = new Region(ref.project, ref.region, this.#options);
      this.#regions.set(key, region);
    }
    return region;
  }
}

interface Listing {
  readonly beganMs: number;
  readonly byName: ReadonlyMap<string, Service>;
}

class Region {
  readonly #project: string;
  readonly #region: string;
  readonly #options: ListingsOptions;
  /** What was learnt after the newest list had begun: without it, a glance would take back what a read has shown. */
  readonly #newer = new Map<string, { readonly asOfMs: number; readonly service: Service | null | 'Changed' }>();
  #listing: Listing | null = null;
  #inFlight: Promise<Listing> | null = null;
  #failure: { readonly untilMs: number; readonly error: unknown } | null = null;
  #deniedUntilMs = Number.NEGATIVE_INFINITY;
  #saidDenied = false;

  constructor(project: string, region: string, options: ListingsOptions) {
    this.#project = project;
    this.#region = region;
    this.#options = options;
  }

  learn(ref: ServiceRef, service: Service | null | 'Changed', asOfMs: number): void {
    const known = this.#newer.get(ref.name);
    if (!known || asOfMs >= known.asOfMs) this.#newer.set(ref.name, { asOfMs, service });
  }

  async glance(ref: ServiceRef): Promise<Service | null> {
    if (this.#nowMs() < this.#deniedUntilMs) return this.#options.source.read(ref);
    let listing: Listing;
    try {
      listing = await this.#current();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#denied(error);
      return this.#options.source.read(ref);
    }
    const newer = this.#newer.get(ref.name);
    if (newer && newer.asOfMs >= listing.beganMs) {
      return newer.service === 'Changed' ? this.#options.source.read(ref) : newer.service;
    }
    // A service that is not in the list may have been created since; that it does not exist is said only after asking.
    return listing.byName.get(ref.name) ?? this.#options.source.read(ref);
  }

  async #current(): Promise<Listing> {
    const nowMs = this.#nowMs();
    if (this.#listing && nowMs - this.#listing.beganMs < freshMs) return this.#listing;
    try {
      if (this.#failure && nowMs < this.#failure.untilMs) throw this.#failure.error;
      return await this.#refresh();
    } catch (error) {
      if (!(error instanceof Refused) && this.#listing && this.#nowMs() - this.#listing.beganMs < usableMs)
        return this.#listing;
      throw error;
    }
  }

  /** One list at a time, whoever asks. */
  #refresh(): Promise<Listing> {
    this.#inFlight ??= this.#list().finally(() => {
      this.#inFlight = null;
    });
    return this.#inFlight;
  }

  async #list(): Promise<Listing> {
    const beganMs = this.#nowMs();
    try {
      const services = await this.#options.source.list(this.#project, this.#region);
      this.#listing = { beganMs, byName: new Map(services.map((service) => [service.ref.name, service])) };
      this.#failure = null;
      for (const [name, { asOfMs }] of this.#newer) if (asOfMs < beganMs) this.#newer.delete(name);
      return this.#listing;
    } catch (error) {
      this.#failure = { untilMs: this.#nowMs() + afterFailureMs, error };
      throw error;
    }
  }

  #denied(error: Refused): void {
    this.#deniedUntilMs = this.#nowMs() + afterRefusalMs;
    this.#listing = null;
    if (this.#saidDenied) return;
    this.#saidDenied = true;
    this.#options.onListDenied(
      `${this.#project}/${this.#region}`,
      `The services of ${this.#project}/${this.#region} are read one by one. ${error.message}`,
    );
  }

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}
