/** What can be done, the surest first: going back to the last good revision costs nothing that is not known already. */
import type { Policy } from '../../policy/policy.ts';
import { commandsOf } from './commands.ts';
import { databasesOf } from './databases.ts';
import { blocks, capital, filledIn, needed, shell } from './markdown.ts';

export const mitigations = ['RollBack', 'ScaleOut', 'Concurrency', 'Failover', 'Throttle', 'CacheKeys'] as const;
export type Mitigation = (typeof mitigations)[number];

export const mitigationHeading = (one: Mitigation, { key }: Policy): string =>
  `${capital(names[one])}: ${key.name} in ${key.namespace}`;

export const mitigationName = (one: Mitigation): string => names[one];

const names: Readonly<Record<Mitigation, string>> = {
  RollBack: 'go back to the last good revision',
  ScaleOut: 'scale out',
  Concurrency: 'lower the concurrency',
  Failover: 'fail the database over',
  Throttle: 'throttle hot paths',
  CacheKeys: 'mend the cache',
};

export const mitigation = (policy: Policy): string =>
  blocks(...mitigations.map((one) => blocks(`#### ${mitigationHeading(one, policy)}`, ...texts[one](policy))));

const texts: Readonly<Record<Mitigation, (policy: Policy) => readonly string[]>> = {
  RollBack: rollBack,
  ScaleOut: scaleOut,
  Concurrency: lowerConcurrency,
  Failover: failOver,
  Throttle: throttle,
  CacheKeys: mendCache,
};

function rollBack(policy: Policy): string[] {
  const { lastGood, rollBack, traffic } = commandsOf(policy);
  return [
    'The first move, whenever it began with a deploy or nobody knows: nothing is lost by it, and it takes seconds.',
    shell(`${lastGood} && echo "$REV"`, rollBack, traffic),
    'If the first line prints nothing, or what serves now, take one that served well from the list of the latest deploys. Steadyrun takes this for your decision: a candidate is rejected and not tried again, and the next deploy begins at 0 % and is judged as any other.',
  ];
}

function scaleOut(policy: Policy): string[] {
  const { limits, scaleOut } = commandsOf(policy);
  const { connections } = policy.tuning;
  const ceilings = (connections ?? []).map(
    ({ name, max, reserve, perInstance }) =>
      `\`${name}\` takes ${max - reserve} connections, ${perInstance} from each instance: no more than ${Math.floor((max - reserve) / perInstance)} instances.`,
  );
  return [
    'When instances are full, or requests are refused. These are the limits of the service: no new revision is made.',
    shell(limits, 'MIN=  # so many instances stay up', 'MAX=  # never more than these', scaleOut),
    ceilings.length > 0
      ? ceilings.join(' ')
      : 'First make sure that the database takes the connections of so many instances.',
    'Tuning stands back for 24 h after it.',
  ];
}

function lowerConcurrency(policy: Policy): string[] {
  const { concurrency, newest, serveNewest, pause, resume } = commandsOf(policy);
  return [
    'When each instance takes on more than it can do: CPU or memory is full, and latency rises with the traffic. It makes a new revision, which begins at 0 %: Steadyrun rolls it out by itself, as a deploy.',
    shell('CONCURRENCY=  # half of what it is', concurrency),
    'If it has to serve at once, pause Steadyrun, give it the traffic, and resume:',
    shell(pause, newest, serveNewest, resume),
  ];
}

function failOver(policy: Policy): string[] {
  return [
    'When the database is up, but its zone or its primary is not well. Connections are cut for about a minute; only an instance with `availabilityType: REGIONAL` can.',
    ...databasesOf(policy).map(({ chosen, at }) => shell(...chosen, `gcloud sql instances failover ${at}`)),
  ];
}

function throttle({ service }: Policy): string[] {
  const project = `--project ${service.project}`;
  return [
    'When one path or one caller takes everything. Behind a load balancer with Cloud Armor, the path gets so many requests a minute from each address, the rest 429:',
    shell(
      `gcloud compute security-policies list ${project}`,
      'SECURITY_POLICY=  # the one of the load balancer before this service',
      'HOT_PATH=  # such as /search',
      `gcloud compute security-policies rules create 900 --security-policy ${filledIn('SECURITY_POLICY')} ${project} ` +
        `--expression "request.path.startsWith('${needed('HOT_PATH')}')" --action throttle --rate-limit-threshold-count 60 ` +
        '--rate-limit-threshold-interval-sec 60 --conform-action allow --exceed-action deny-429 --enforce-on-key IP',
    ),
    'Without one, the app has to refuse: the switch for it belongs here.',
  ];
}

function mendCache({ service }: Policy): string[] {
  const project = `--project ${service.project}`;
  return [
    'When the origin is asked for what a cache should hold: a key that holds a parameter of no meaning misses every time.',
    shell(
      `gcloud compute backend-services list ${project}`,
      'BACKEND=  # the one of this service',
      'PARAMETERS=  # those that change the answer, such as id,page',
      `gcloud compute backend-services update ${filledIn('BACKEND')} --global ${project} --cache-key-query-string-whitelist ${filledIn('PARAMETERS')}`,
    ),
    'When it holds what is wrong, empty it, one path at a time: all of it at once goes to the origin.',
    shell(
      `gcloud compute url-maps list ${project}`,
      'URL_MAP=  # the one of the load balancer before this service',
      `gcloud compute url-maps invalidate-cdn-cache ${filledIn('URL_MAP')} --path "/static/*" ${project} --async`,
    ),
  ];
}
