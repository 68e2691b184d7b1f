/** What keeps the operator from its cluster: told when it begins and when it is over, not at every try. */
import { group, plural } from '../../policy/api.ts';
import { Unavailable } from '../../ports/errors.ts';
import type { Call } from '../http/call.ts';
import { Denied, NotFound, Unauthenticated } from '../http/errors.ts';
import { type Permission, permissionFor } from './permission.ts';

export interface TroublesOptions {
  /** What is wrong and what to do about it, and what the server said. */
  readonly onBegin: (sentence: string, said: string) => void;
  readonly onEnd: (sentence: string) => void;
}

/** So many failures in a row are no accident. */
const fewFailures = 3;
const policies = `${plural}.${group}`;

const answers = 'Kubernetes answers again.';
const accepted = "Kubernetes accepts the operator's credentials again.";
const installed = 'The cluster knows SLOPolicies now.';

export class Troubles {
  readonly #options: TroublesOptions;
  /** By what is said when it is over: what was said, and where it is true. */
  readonly #open = new Map<string, { readonly sentence: string; readonly places: Set<string> }>();
  #failures = 0;

  constructor(options: TroublesOptions) {
    this.#options = options;
  }

  /** Told of every call and what came of it. */
  answered(call: Call, error: Error | null): void {
    if (error instanceof Unavailable) this.#failed(error);
    else {
      this.#failures = 0;
      this.#end(answers);
      if (error instanceof Unauthenticated) this.#begin(accepted, '', notAccepted, error);
      else {
        this.#end(accepted);
        this.#permitted(permissionFor(call), error);
      }
    }
  }

  /** What is wrong at present. */
  now(): readonly string[] {
    return [...this.#open.values()].map(({ sentence }) => sentence);
  }

  #permitted(permission: Permission, error: Error | null): void {
    const allowed = `Kubernetes lets the operator ${permission.verb} ${permission.resource} again.`;
    const where = placeOf(permission);
    if (error instanceof Denied) {
      if (!isForLeftovers(permission)) this.#begin(allowed, where, grant(permission), error);
    } else this.#end(allowed, where);
    const isCollection = permission.resource === policies && permission.name === undefined;
    if (!isCollection || error instanceof Denied) return;
    if (error instanceof NotFound) this.#begin(installed, '', notInstalled, error);
    else this.#end(installed);
  }

  #failed(error: Error): void {
    this.#failures++;
    if (this.#failures < fewFailures) return;
    const sentence = `Kubernetes has failed ${fewFailures} times in a row; it is tried for ever, and nothing is moved without it.`;
    this.#begin(answers, '', sentence, error);
  }

  #begin(over: string, where: string, sentence: string, { message }: Error): void {
    const open = this.#open.get(over);
    if (open) open.places.add(where);
    else {
      this.#open.set(over, { sentence, places: new Set([where]) });
      this.#options.onBegin(sentence, message);
    }
  }

  #end(over: string, where = ''): void {
    const places = this.#open.get(over)?.places;
    places?.delete(where);
    if (places?.size !== 0) return;
    this.#open.delete(over);
    this.#options.onEnd(over);
  }
}

/** Secrets are granted one by one, all else by namespace. */
const placeOf = ({ resource, namespace = '', name }: Permission): string =>
  resource === 'secrets' ? `${namespace}/${name}` : namespace;

const isOfRules = (resource: string): boolean => /\.monitoring\.(coreos|googleapis)\.com$/.test(resource);

/** Rules are listed to find what is left of policies that are gone. Where no policy asks for any, nothing has to be granted. */
const isForLeftovers = ({ resource, verb }: Permission): boolean => isOfRules(resource) && verb === 'list';

/** What whoever asks for policies is told. */
export const notInstalled = 'The cluster knows no SLOPolicies: install them with kubectl apply -f crds.';

const notAccepted =
  "Kubernetes does not accept the operator's credentials: look at the token of its service account, or at the user in the kubeconfig.";

function grant({ verb, resource, namespace, name }: Permission): string {
  const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
  const [what, example] =
    resource === 'secrets'
      ? [`the Secret ${name}`, 'deploy/components/metrics-secrets']
      : [resource, isOfRules(resource) ? 'deploy/components/generated-rules' : 'deploy/base/rbac.yaml'];
  return `Kubernetes does not let the operator ${verb} ${what} ${where}: grant it the verb ${verb} on ${resource}, as in ${example}.`;
}
