/** What is scraped and what is recorded, as one server has both. */
import type { SeriesStore } from '../../src/lab/series/store.ts';

export function both(scraped: SeriesStore, recorded: SeriesStore): SeriesStore {
  const select = (filter: Parameters<SeriesStore['select']>[0]) => [
    ...scraped.select(filter),
    ...recorded.select(filter),
  ];
  const horizonMs = (metric: string) => scraped.horizonMs(metric);
  return Object.assign(Object.create(scraped) as SeriesStore, { select, horizonMs });
}
