import { beforeEach, describe, expect, it } from 'vitest';
import { Listings } from '../../src/cloudrun/listings.ts';
import { serviceView } from '../../src/cloudrun/view.ts';
import type { Service } from '../../src/facts/service.ts';
import { Refused, Unavailable } from '../../src/ports/errors.ts';
import { ref } from './google.ts';

const version = (etag: string, name = 'api'): Service => serviceView({ ...ref, name }, { etag });

let nowMs: number;
let asked: string[];
let denied: string[];
let list: () => Promise<readonly Service[]>;
let read: () => Promise<Service | null>;
let fleet: Listings;

beforeEach(() => {
  nowMs = 1_000_000;
  asked = [];
  denied = [];
  list = async () => [version('listed'), version('other', 'other')];
  read = async () => version('read');
  fleet = new Listings({
    source: {
      list: (project, region) => {
        asked.push(`list ${project}/${region}`);
        return list();
      },
      read: ({ name }) => {
        asked.push(`read ${name}`);
        return read();
      },
    },
    clock: { nowMs: () => nowMs },
    onListDenied: (region, message) => denied.push(`${region}: ${message}`),
  });
});

const etag = async (name = 'api') => (await fleet.glance({ ...ref, name }))?.etag;

describe('a glance at a service', () => {
  it('costs one list for everybody who looks at the same time and for 30 s after', async () => {
    expect(await Promise.all([etag(), etag(), etag('other')])).toEqual(['listed', 'listed', 'other']);
    nowMs += 29_999;
    expect(await etag()).toBe('listed');
    expect(asked).toEqual(['list acme/europe-west1']);
    nowMs += 1;
    await etag();
    expect(asked).toHaveLength(2);
  });

  it('asks each region for itself', async () => {
    await etag();
    await fleet.glance({ ...ref, region: 'us-east1' });
    expect(asked).toContain('list acme/us-east1');
  });

  it('asks for a service that is not in the list before it says that there is none', async () => {
    expect(await etag('new')).toBe('read');
    read = async () => null;
    expect(await etag('gone')).toBeUndefined();
    expect(asked).toEqual(['list acme/europe-west1', 'read new', 'read gone']);
  });

  it('never takes back what a read has shown', async () => {
    await etag();
    nowMs += 10;
    fleet.learn(ref, version('newer'), nowMs);
    expect(await etag()).toBe('newer');
    nowMs += 30_000;
    expect(await etag()).toBe('listed');
  });

  it('reads again after a write, even when a list that began before it comes in later', async () => {
    let finish = (_: readonly Service[]) => {};
    list = () => new Promise((resolve) => (finish = resolve));
    const glance = etag();
    nowMs += 10;
    fleet.learn(ref, 'Changed', nowMs);
    finish([version('before the write')]);
    expect(await glance).toBe('read');
  });

  it('does not let a read that began before a write hide that write', async () => {
    await etag();
    fleet.learn(ref, 'Changed', nowMs + 20);
    fleet.learn(ref, version('from before the write'), nowMs + 10);
    expect(await etag()).toBe('read');
  });
});

describe('a glance while lists fail', () => {
  const outage = () => {
    list = async () => {
      throw new Unavailable('No answer.');
    };
  };

  it('shows the last list until it is 90 s old and is then Unavailable', async () => {
    await etag();
    outage();
    nowMs += 89_999;
    expect(await etag()).toBe('listed');
    nowMs += 1;
    await expect(etag()).rejects.toThrow(Unavailable);
  });

  it('does not list more often than every 5 s', async () => {
    outage();
    await expect(etag()).rejects.toThrow('No answer.');
    nowMs += 4_999;
    await expect(etag()).rejects.toThrow('No answer.');
    expect(asked).toHaveLength(1);
    nowMs += 1;
    await expect(etag()).rejects.toThrow('No answer.');
    expect(asked).toHaveLength(2);
  });

  it('works again with the first list that succeeds', async () => {
    const works = list;
    outage();
    await expect(etag()).rejects.toThrow();
    list = works;
    nowMs += 5_000;
    expect(await etag()).toBe('listed');
  });
});

describe('a glance where listing is not allowed', () => {
  beforeEach(() => {
    list = async () => {
      throw new Refused('Grant run.services.list.');
    };
  });

  it('reads the services one by one and says so once', async () => {
    expect(await Promise.all([etag(), etag('other')])).toEqual(['read', 'read']);
    nowMs += 60_000;
    await etag();
    nowMs += 600_000;
    await etag();
    expect(denied).toEqual([
      'acme/europe-west1: The services of acme/europe-west1 are read one by one. Grant run.services.list.',
    ]);
  });

  it('tries to list again after ten minutes', async () => {
    await etag();
    list = async () => [version('listed')];
    nowMs += 599_999;
    expect(await etag()).toBe('read');
    nowMs += 1;
    expect(await etag()).toBe('listed');
  });
});
