/** A deployment in one line, for people: what `POST /lab/v1/deployments` takes. */
import { Misshapen } from '../../scenario/shape.ts';
import { type Json, type JsonObject, objectIn } from '../world/json.ts';
import type { Service } from '../world/service.ts';
import { environmentOf } from '../world/template.ts';
import type { World } from '../world.ts';

/**
 * Deploys as a pipeline would; what `env` does not say is as in the revision that has most of the traffic. Answers with the
 * new revision, its whole environment, and the share of the traffic that goes to whatever is newest. Throws Misshapen or a Refusal.
 */
export function deployed(world: World, { service: name, env = {}, ...others }: JsonObject): JsonObject {
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new Misshapen(`${other}: is nothing that a deployment takes; it takes service and env`);
  if (typeof name !== 'string') throw new Misshapen('service: say which, as in {"service":"api"}');
  const service = world.service(name);
  const whole = { ...servingEnvironment(service), ...textsIn(env) };
  const revision = world.deploy(name, { env: whole });
  const percent = service.spec.traffic.reduce(
    (sum, target) => sum + (target.revision === null ? target.percent : 0),
    0,
  );
  return { ...service.ref, revision, env: whole, percent };
}

function textsIn(env: Json): Readonly<Record<string, string>> {
  if (typeof env !== 'object' || env === null || Array.isArray(env))
    throw new Misshapen('env: must be an object, as in {"LAB_ERROR_PERCENT":"5"}');
  const variables = Object.entries(objectIn(env));
  const wrong = variables.find(([, value]) => value === null || typeof value === 'object');
  if (wrong !== undefined) throw new Misshapen(`env.${wrong[0]}: must be text or a number`);
  return Object.fromEntries(variables.map(([variable, value]) => [variable, String(value)]));
}

function servingEnvironment({ routes, revisions, latestReady }: Service): Readonly<Record<string, string>> {
  const [most] = [...routes.split()].sort(([, a], [, b]) => b - a);
  const revision = (most && revisions.get(most[0])) ?? latestReady;
  return Object.fromEntries(environmentOf(revision.template));
}
