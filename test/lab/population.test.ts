import { describe, expect, test } from 'vitest';
import { populationFrom } from '../../src/lab/population.ts';
import { World } from '../../src/lab/world.ts';
import { Misshapen } from '../../src/scenario/shape.ts';
import { START_MS } from './worlds.ts';

const API = '{project: acme, region: r, name: api, rps: 100}';

describe('a file of services', () => {
  test('is read, with what may be left out', () => {
    const services = populationFrom(`
- ${API}
- project: acme
  region: r
  name: chat
  rps: 20.5
  websockets: true
  env: {LAB_ERROR_PERCENT: 2, DEBUG: true}
  traffic: [{revision: chat-00001-aaa, percent: 100}, {percent: 0, tag: next}]
`);
    expect(services).toEqual([
      { project: 'acme', region: 'r', name: 'api', rps: 100, websockets: false, env: {}, traffic: [] },
      {
        project: 'acme',
        region: 'r',
        name: 'chat',
        rps: 20.5,
        websockets: true,
        env: { LAB_ERROR_PERCENT: '2', DEBUG: 'true' },
        traffic: [
          { revision: 'chat-00001-aaa', percent: 100 },
          { revision: null, percent: 0, tag: 'next' },
        ],
      },
    ]);
    const world = new World({ seed: 1, startMs: START_MS, historyMs: 0, services });
    expect(world.service('chat').routes.served).toHaveLength(2);
  });

  test.each([
    ['an unknown field', `- {project: acme, region: r, name: api, rps: 1, rsp: 2}`, '[0].rsp: there is no such field'],
    ['a missing rate', `- ${API}\n- {project: acme, region: r, name: b}`, '[1].rps: '],
    [
      'a name that Cloud Run would not take',
      `- {project: acme, region: r, name: Api_1, rps: 1}`,
      '[0].name: must be a name',
    ],
    ['a name twice', `- ${API}\n- ${API}`, "[1].name: 'api' is there already"],
    [
      'half a percent',
      `- {project: a, region: r, name: api, rps: 1, traffic: [{percent: 99.5}]}`,
      '[0].traffic[0].percent: ',
    ],
    [
      'trouble that makes no sense',
      '- {project: a, region: r, name: api, rps: 1, env: {LAB_ERROR_PERCENT: x}}',
      '[0].env: LAB_ERROR_PERCENT=x',
    ],
    [
      'an unknown revision',
      '- {project: a, region: r, name: api, rps: 1, traffic: [{revision: z, percent: 100}]}',
      "[0]: traffic[0].revision: Revision 'z'",
    ],
    [
      'half a request at a time',
      '- {project: a, region: r, name: api, rps: 1, template: {concurrency: 0.5}}',
      '[0].template.concurrency: ',
    ],
    [
      'memory that is none',
      '- {project: a, region: r, name: api, rps: 1, template: {memory: much}}',
      '[0]: template.containers.resources.limits.memory: "much"',
    ],
    [
      'more than its quota',
      '- {project: a, region: r, name: api, rps: 1, quota: 5, scaling: {maxInstances: 6}}',
      '[0]: Max instances must be set to 5 or fewer',
    ],
    [
      'noise that a lab cannot have',
      '- {project: a, region: r, name: api, rps: 1, noise: {instances: {sd: 0.1, each: 20}}}',
      '[0].noise.instances.each: there is no such field',
    ],
    ['no list', 'services: []', 'must be a list, not a mapping'],
    ['nothing', '', 'must be a list, not nothing'],
    ['no services', '[]', 'must have 1 or more items, not 0'],
    ['no YAML', '- {', 'at line 1'],
  ])('with %s is refused, naming the path', (_, yaml, words) => {
    expect(() => populationFrom(yaml)).toThrow(Misshapen);
    expect(() => populationFrom(yaml)).toThrow(words);
  });
});
