/** What a refused write says is to be granted, and where. */
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Refused } from '../../src/ports/errors.ts';
import { googleError, harness, origin, path, query, ref, seen, traffic } from './google.ts';

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

const repository = 'projects/images/locations/europe/repositories/apps';
const permission = 'artifactregistry.repositories.downloadArtifacts';
const info = (metadata: object) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason: 'IAM_PERMISSION_DENIED',
  domain: 'iam.googleapis.com',
  metadata,
});

const reader = (where: string) =>
  `Grant the operator's identity roles/artifactregistry.reader on ${where}: Cloud Run asks who moves traffic for the right to read the image.`;
const anyRepository = "the Artifact Registry repository of the service's image, whichever project has it";

describe('A write that lacks the right to read the image', () => {
  test.each<[what: string, message: string, details: object[], advice: string]>([
    ['named apart, with its repository', 'Denied.', [info({ permission, resource: repository })], reader(repository)],
    ['named apart', 'Denied.', [info({ permission })], reader(anyRepository)],
    [
      'named in the text, with its repository',
      `Permission '${permission}' denied on resource '//artifactregistry.googleapis.com/${repository}' (or it may not exist).`,
      [],
      reader(repository),
    ],
    [
      'named in the text, in double quotes',
      `Permission "${permission}" denied on the image.`,
      [],
      reader(anyRepository),
    ],
    ['named as what is lacking', `The caller lacks permission ${permission}.`, [], reader(anyRepository)],
    [
      'which Cloud Run itself lacks',
      'Google Cloud Run Service Agent service-1@serverless-robot-prod.iam.gserviceaccount.com must have permission to read the image, europe-docker.pkg.dev/images/apps/api.',
      [],
      `Grant that service agent roles/artifactregistry.reader on ${anyRepository}.`,
    ],
  ])('%s', async (_, message, details, advice) => {
    nock(origin)
      .patch(path)
      .query({ ...query, updateMask: 'traffic' })
      .reply(403, googleError(403, 'PERMISSION_DENIED', message, details));
    const { services } = await harness();
    const change = traffic([{ revision: 'api-00001-aaa', percent: 100 }]);
    const error: Error = await services.write(ref, change, seen('"etag-1"')).then(
      () => new Error('It was not refused.'),
      (refused: Error) => refused,
    );
    expect(error).toBeInstanceOf(Refused);
    expect(error.message.endsWith(advice), error.message).toBe(true);
  });
});
