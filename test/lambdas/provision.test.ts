import { expect, test } from 'vitest';
import { provisionPart } from '../../lambdas/provision.ts';
import { functionOf } from './invoke.ts';
import { openShop } from './shop.ts';

const shop = await openShop();
const provision = functionOf(provisionPart, shop.services);
const integration = { Part: 'integration', RoleArn: 'arn:aws:iam::123456789012:role/sluice-shop-snowflake' };
const objects = { Part: 'objects', Digest: 'one' };

/** When each pipe, table and integration was made: what is replaced is made anew. */
async function creations(): Promise<unknown> {
  const tables = await shop.query('SHOW TABLES IN DATABASE SHOP');
  const pipes = await shop.query('SHOW PIPES IN DATABASE SHOP');
  const integrations = await shop.query('SHOW INTEGRATIONS');
  return [tables, pipes, integrations].map((rows) =>
    rows.map(({ name, created_on: at }) => [name, String(at)]),
  );
}

test('create: the integration comes first, and says whom the role has to trust', async () => {
  const answer = await provision({ RequestType: 'Create', ResourceProperties: integration });
  expect(answer).toEqual({
    PhysicalResourceId: 'SHOP-integration',
    Data: {
      StorageUserArn: expect.stringMatching(/^arn:aws:iam::\d{12}:user\/.+/),
      ExternalId: 'sluice-shop',
    },
  });
  expect(await shop.query('SHOW INTEGRATIONS')).toMatchObject([{ name: 'SHOP_STAGING' }]);
  // Nothing that would have to read the bucket is made before the role is there.
  expect(await shop.query("SHOW DATABASES LIKE 'SHOP'")).toEqual([]);
});

test('create: then everything else, and the queue that the bucket has to notify', async () => {
  const answer = await provision({ RequestType: 'Create', ResourceProperties: objects });
  expect(answer).toEqual({
    PhysicalResourceId: 'SHOP-objects',
    Data: { NotificationChannel: expect.stringMatching(/^arn:aws:sqs:[a-z0-9-]+:\d{12}:.+/) },
  });
  const [pipe] = await shop.query('DESC PIPE SHOP.OPS.MANIFESTS_PIPE');
  expect(answer.Data?.NotificationChannel).toBe(pipe?.notification_channel);
  expect((await shop.query('SHOW TABLES IN SCHEMA SHOP.RAW')).map(({ name }) => name)).toEqual([
    'ORDERS',
    'PRODUCTS',
    'SALES',
  ]);
});

test('repeat: the same answers, and nothing is replaced', async () => {
  const before = await creations();
  const first = await provision({ RequestType: 'Create', ResourceProperties: integration });
  const second = await provision({ RequestType: 'Update', ResourceProperties: integration });
  expect(second).toEqual(first);
  await provision({ RequestType: 'Create', ResourceProperties: objects });
  expect(await creations()).toEqual(before);
});

test('update: a new digest runs what is due, keeps the id, and so replaces nothing', async () => {
  const before = await creations();
  const answer = await provision({
    RequestType: 'Update',
    PhysicalResourceId: 'SHOP-objects',
    ResourceProperties: { ...objects, Digest: 'two' },
  });
  expect(answer.PhysicalResourceId).toBe('SHOP-objects');
  expect(await creations()).toEqual(before);
});

test('failed update: the error names the file, nothing is half done, and the next update goes on', async () => {
  const { project } = shop.services;
  const renamed = {
    ...project,
    snowflake: { ...project.snowflake, schemas: { ...project.snowflake.schemas, landing: 'ARRIVED' } },
  };
  const failing = functionOf(provisionPart, { ...shop.services, project: renamed });
  const before = await creations();
  await expect(failing({ RequestType: 'Update', ResourceProperties: objects })).rejects.toThrow(
    /^MIGRATION_CHANGED: snowflake\/V001__schemas_and_formats\.sql/,
  );
  expect(await creations()).toEqual(before);
  // CloudFormation rolls back by an update with what was before.
  await expect(provision({ RequestType: 'Update', ResourceProperties: objects })).resolves.toMatchObject({
    PhysicalResourceId: 'SHOP-objects',
  });
  expect(await creations()).toEqual(before);
});

test('delete: everything in Snowflake stays', async () => {
  const before = await creations();
  for (const Part of ['objects', 'integration']) {
    const answer = await provision({
      RequestType: 'Delete',
      PhysicalResourceId: `SHOP-${Part}`,
      ResourceProperties: { Part },
    });
    expect(answer).toEqual({ PhysicalResourceId: `SHOP-${Part}` });
  }
  expect(await creations()).toEqual(before);
});

test('a create that failed is taken back by a delete that needs no Snowflake', async () => {
  const offline = functionOf(provisionPart, {
    ...shop.services,
    snowflake: () => Promise.reject(new Error('there is no Snowflake')),
  });
  await expect(
    offline({ RequestType: 'Delete', PhysicalResourceId: 'whatever', ResourceProperties: objects }),
  ).resolves.toEqual({ PhysicalResourceId: 'whatever' });
});

test('a part that there is not is refused', async () => {
  await expect(provision({ RequestType: 'Create', ResourceProperties: { Part: 'roles' } })).rejects.toThrow(
    /EVENT_INVALID: A custom resource asks for the part roles/,
  );
});
