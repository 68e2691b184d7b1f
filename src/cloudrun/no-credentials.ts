/** Why there are no Google credentials, and what helps: the library speaks of its own parts, and names a page about all of Google. */
import { codeOf, systemTrouble } from '../facts/system-error.ts';

const variable = 'GOOGLE_APPLICATION_CREDENTIALS';
const login = 'run gcloud auth application-default login';
const usual = `In the cluster, check the Workload Identity binding of the operator's service account; elsewhere, ${login}.`;

/** Of one failed try. */
export function whyNone(error: Error, file = process.env[variable]): string {
  const said = error.message.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  if (file && said.includes(variable)) return `${variable} names ${file}, ${troubleWith(said)}.`;
  if (/could not load the default credentials/i.test(said))
    return `${variable} names no file, gcloud has left none, and there is no metadata server. ${usual}`;
  if (/\bJSON\b/.test(said)) return `what gcloud left cannot be read: ${login} again.`;
  if (/invalid_(grant|client|rapt)/.test(said))
    return `those that were found are not accepted any more (${said}). ${usual}`;
  const [, host] = /https?:\/\/([^/\s]+)/.exec(said) ?? [];
  if (host === undefined || codeOf(error) === undefined) return `${said}. ${usual}`;
  const { message, hint } = systemTrouble(error, 'Reach');
  return `they are asked of ${host}, which cannot be reached: ${message}; ${hint}.`;
}

function troubleWith(said: string): string {
  if (/does not exist|not a file/.test(said)) return `which is no file: correct it, or unset it and ${login}`;
  if (/EACCES|EPERM/.test(said)) return 'which may not be read: look at its permissions';
  return `which holds no credentials: name a file that does, or unset it and ${login}`;
}
