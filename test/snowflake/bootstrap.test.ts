import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { daily, type ProjectInput, parseEnvironments } from '../../lib/config/index.ts';
import { renderBootstrap } from '../../lib/snowflake/index.ts';

const config: ProjectInput = { name: 'corner-shop', tables: { sales: daily({ column: 'at' }) } };

function environmentOf(changed: Partial<ProjectInput> = {}) {
  const [environment] = parseEnvironments(
    { ...config, ...changed },
    { directory: '/project', file: 'sluice.config.ts' },
  );
  if (environment === undefined) throw new Error('no environment');
  return environment;
}

test('makes the four roles and three users of an environment, who log in as roles of AWS', () => {
  const sql = renderBootstrap({
    environment: environmentOf({ environments: { prod: {} } }),
    awsAccount: '123456789012',
  });
  for (const role of ['DEPLOYER', 'LOADER', 'TRANSFORMER', 'READER']) {
    expect(sql).toContain(`CREATE ROLE IF NOT EXISTS "CORNER_SHOP_PROD_${role}"`);
  }
  expect(sql).toContain(`CREATE USER IF NOT EXISTS "CORNER_SHOP_PROD_LOADER_SERVICE"
  TYPE = SERVICE
  WORKLOAD_IDENTITY = (
    TYPE = AWS
    ARN = 'arn:aws:iam::123456789012:role/sluice-corner-shop-prod-loader'
  )
  DEFAULT_ROLE = "CORNER_SHOP_PROD_LOADER"`);
  expect(sql.match(/CREATE USER/g)).toHaveLength(3);
  expect(sql).not.toMatch(/\{\{|RSA_PUBLIC_KEY|PASSWORD/);
});

test('gives the deployer what it needs to make its own, and nobody anything that is there already', () => {
  const sql = renderBootstrap({ environment: environmentOf(), awsAccount: '123456789012' });
  const grants = [...sql.matchAll(/^GRANT (.+) ON ACCOUNT TO ROLE (.+);$/gm)].map(([, what, role]) => [
    role,
    what,
  ]);
  expect(grants).toEqual([
    ['"CORNER_SHOP_DEPLOYER"', 'CREATE DATABASE'],
    ['"CORNER_SHOP_DEPLOYER"', 'CREATE WAREHOUSE'],
    ['"CORNER_SHOP_DEPLOYER"', 'CREATE INTEGRATION'],
    ['"CORNER_SHOP_DEPLOYER"', 'EXECUTE TASK'],
    ['"CORNER_SHOP_DEPLOYER"', 'EXECUTE MANAGED TASK'],
  ]);
  expect(sql).not.toMatch(/OWNERSHIP|MANAGE GRANTS|TO ROLE ACCOUNTADMIN|OR REPLACE|DROP/);
});

test('takes the AWS account from the config, and asks for it where it is not', () => {
  const environment = environmentOf({ cloud: { account: '210987654321' } });
  expect(renderBootstrap({ environment })).toContain(
    "'arn:aws:iam::210987654321:role/sluice-corner-shop-deployer'",
  );
  expect(() => renderBootstrap({ environment: environmentOf() })).toThrow(/Which AWS account/);
});

test('with key pairs it sets the public keys, without the lines around them', () => {
  const environment = environmentOf({ cloud: { snowflake: { credentials: 'keyPair' } } });
  expect(() => renderBootstrap({ environment })).toThrow(/no public keys are given/);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const sql = renderBootstrap({
    environment,
    publicKeys: { deployer: pem, loader: pem, transformer: pem },
  });
  expect(sql.match(/RSA_PUBLIC_KEY = 'MII[A-Za-z0-9+/=]+'/g)).toHaveLength(3);
  expect(sql).not.toMatch(/-----|WORKLOAD_IDENTITY/);
  // Each may set its own keys, which a rotation does.
  expect(
    sql.match(/GRANT OWNERSHIP ON USER "CORNER_SHOP_(\w+)_SERVICE" TO ROLE "CORNER_SHOP_\1"/g),
  ).toHaveLength(3);
});
