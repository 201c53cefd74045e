import { expect, test } from 'vitest';
import { connectionsFromEnvironment } from '../../lib/config/index.ts';

test('nothing set means nothing is taken', () => {
  expect(connectionsFromEnvironment({})).toEqual({});
});

test('a source on this machine needs no TLS; elsewhere it is verified', () => {
  expect(
    connectionsFromEnvironment({ SLUICE_SOURCE_URL: 'postgres://me:p%40ss@localhost/shop' }).source,
  ).toEqual({
    host: 'localhost',
    port: 5432,
    database: 'shop',
    user: 'me',
    password: 'p@ss',
    ssl: false,
  });
  expect(
    connectionsFromEnvironment({ SLUICE_SOURCE_URL: 'postgresql://me:x@db.example.com:6432/shop' }).source,
  ).toEqual({
    host: 'db.example.com',
    port: 6432,
    database: 'shop',
    user: 'me',
    password: 'x',
    ssl: {},
  });
});

test.each([
  ['mysql://me:secretword@db/shop', 'is not of the form'],
  ['postgres://me:secretword@db.example.com/shop?sslmode=disable', 'switches TLS off'],
  ['postgres://me:secretword@db.example.com/shop?sslmode=require', 'sslmode other than verify-full'],
])('%s is refused without showing the password', (url, expected) => {
  const attempt = () => connectionsFromEnvironment({ SLUICE_SOURCE_URL: url });
  expect(attempt).toThrow(expected);
  expect(attempt).not.toThrow('secretword');
});

test('bucket and account are used together', () => {
  expect(() => connectionsFromEnvironment({ SLUICE_STAGING_BUCKET: 'b', AWS_REGION: 'eu-west-1' })).toThrow(
    'SLUICE_SNOWFLAKE_ACCOUNT is missing',
  );
  expect(
    connectionsFromEnvironment({
      SLUICE_STAGING_BUCKET: 'b',
      AWS_REGION: 'eu-west-1',
      SLUICE_SNOWFLAKE_ACCOUNT: 'org-acc',
      SLUICE_SNOWFLAKE_USER: 'U',
    }),
  ).toEqual({
    staging: { bucket: 'b', region: 'eu-west-1' },
    snowflake: { account: 'org-acc', username: 'U', authentication: { kind: 'workloadIdentity' } },
  });
});
