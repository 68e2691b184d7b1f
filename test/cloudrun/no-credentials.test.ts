import { describe, expect, test } from 'vitest';
import { whyNone } from '../../src/cloudrun/no-credentials.ts';

const unable =
  'Unable to read the credential file specified by the GOOGLE_APPLICATION_CREDENTIALS environment variable: ';
const reached = (code: string) =>
  Object.assign(new Error(`request to https://oauth2.googleapis.com/token failed, reason: getaddrinfo ${code} x`), {
    code,
  });

describe('Where there are no Google credentials', () => {
  test.each([
    [
      new Error('Could not load the default credentials. Browse to https://x.'),
      /^GOOGLE_APPLICATION_CREDENTIALS names no file, gcloud has left none, and there is no metadata server\. .*Workload Identity.*login\.$/,
    ],
    [
      new Error(
        `${unable}The file at /key.json does not exist, or it is not a file. ENOENT: no such file or directory, lstat '/key.json'`,
      ),
      /names \/key\.json, which is no file: correct it, or unset it and run gcloud/,
    ],
    [
      new Error(`${unable}EACCES: permission denied, open '/key.json'`),
      /names \/key\.json, which may not be read: look at its permissions\.$/,
    ],
    [
      new Error(`${unable}Unexpected token 'h', "hello\n" is not valid JSON`),
      /names \/key\.json, which holds no credentials: name a file that does/,
    ],
    [
      new Error("Expected property name or '}' in JSON at position 2"),
      /^what gcloud left cannot be read: run gcloud auth application-default login again\.$/,
    ],
    [new Error('invalid_grant'), /not accepted any more \(invalid_grant\)\. .*login\.$/],
    [
      reached('ENOTFOUND'),
      /^they are asked of oauth2\.googleapis\.com, which cannot be reached: its name is not known here; look at the network/,
    ],
    [reached('ECONNREFUSED'), /which cannot be reached: nobody listens there; /],
    [new Error('the metadata server does not answer.'), /^the metadata server does not answer\. In the cluster/],
  ])('%s becomes what to do, in one line and without code words', (error, says) => {
    const said = whyNone(error, '/key.json');
    expect(said).toMatch(says);
    expect(said).not.toMatch(/\n|\bE[A-Z]{4,}\b/);
  });
});
