/** How revisions run, read and written as plain JSON: the generated client does not know what the autoscaler aims at. */
import type { TemplateChange } from '../facts/change.ts';
import { list, record } from '../facts/json.ts';
import { type Service, type ServiceRef, serviceText } from '../facts/service.ts';
import type { ScalingTargets } from '../facts/settings.ts';
import { Conflict, Refused } from '../ports/errors.ts';
import type { Caller } from './calls.ts';
import type { Rest } from './rest.ts';
import { targetsOf } from './settings.ts';
import { settingsProblem, templatePatch } from './template.ts';
import { shortName } from './view.ts';
import { inWords } from './words.ts';

const host = 'run.googleapis.com';

export class TunedServices {
  readonly #rest: Rest;
  readonly #caller: Caller;

  constructor(rest: Rest, caller: Caller) {
    this.#rest = rest;
    this.#caller = caller;
  }

  async targets(ref: ServiceRef, revision: string): Promise<ScalingTargets | null> {
    const what = `read what the autoscaler aims at on revision ${revision} of ${inWords(ref)}`;
    const path = `/v2/${serviceText(ref)}/revisions/${encodeURIComponent(revision)}`;
    const found = await this.#caller.read(
      { method: 'GetRevisionRest', what, permission: 'run.revisions.get' },
      (options) => this.#rest.get(host, path, options),
    );
    return found && targetsOf(found);
  }

  /** Only the first version of the API tells it, and only the region's own address serves that. */
  async digest({ project, region, ...rest }: ServiceRef, revision: string): Promise<string | null> {
    const what = `read which code revision ${revision} of ${inWords({ project, region, ...rest })} runs`;
    const path = `/apis/serving.knative.dev/v1/namespaces/${encodeURIComponent(project)}/revisions/${encodeURIComponent(revision)}`;
    const found = await this.#caller.read(
      { method: 'GetRevisionV1', what, permission: 'run.revisions.get' },
      (options) => this.#rest.get(`${region}-${host}`, path, options),
    );
    return found && digestIn(record(found.status));
  }

  /** Throws as the port's `write` does. */
  async write(ref: ServiceRef, change: TemplateChange, seen: Service): Promise<void> {
    const problem = settingsProblem(change.set);
    if (problem) throw new Refused(`Refused to write the template of ${inWords(ref)}: ${problem}.`);
    const path = `/v2/${serviceText(ref)}`;
    const reading = { method: 'GetServiceRest', what: `read ${inWords(ref)}`, permission: 'run.services.get' };
    const service = await this.#caller.read(reading, (options) => this.#rest.get(host, path, options));
    const latest = shortName(String(service?.latestCreatedRevision ?? ''));
    if (service === null || latest !== change.from || service.etag !== seen.etag)
      throw new Conflict(`The template of ${inWords(ref)} was not written: it was changed meanwhile.`);
    const { mask, body } = templatePatch(service, change);
    const what = `make revision ${change.revision} of ${inWords(ref)}`;
    await this.#caller.write({ method: 'UpdateServiceRest', what, permission: 'run.services.update' }, (options) =>
      this.#rest.patch(host, `${path}?updateMask=${mask.join(',')}`, body, options),
    );
  }
}

/** Of all its containers, so that the code of none of them can be another unnoticed; null: of one it is not told. */
function digestIn({ imageDigest, containerStatuses }: Readonly<Record<string, unknown>>): string | null {
  const others = list(containerStatuses).map(record);
  const images = others.length > 1 ? others.map((one) => one.imageDigest) : [imageDigest];
  const digests = images.map((image) => /sha256:[0-9a-f]{64}$/.exec(String(image))?.[0]);
  return digests.every((digest) => digest !== undefined) ? digests.toSorted().join(' ') : null;
}
