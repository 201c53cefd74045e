import { z } from 'zod';

/** Days that CloudWatch can keep logs for. */
const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const name = z.string().min(1);
const secretName = z
  .string()
  .regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, 'expected the name of a secret, without its ARN');

const credentials = z.union([
  z
    .strictObject({ secretName })
    .transform((given) => ({ kind: 'secret' as const, secretName: given.secretName })),
  z
    .strictObject({
      iam: z.strictObject({
        user: name,
        resourceId: z.string().regex(/^(db|cluster|prx)-[A-Za-z0-9]+$/, 'expected db-… or cluster-…'),
      }),
    })
    .transform(({ iam }) => ({ kind: 'iam' as const, ...iam })),
]);

const network = z.strictObject({
  vpcId: z.string().regex(/^vpc-[0-9a-f]+$/, 'expected vpc-…'),
  subnetIds: z.array(z.string().regex(/^subnet-[0-9a-f]+$/, 'expected subnet-…')).min(1),
  availabilityZones: z.array(name).min(1),
  routeTableIds: z.array(z.string().regex(/^rtb-[0-9a-f]+$/, 'expected rtb-…')).default([]),
  cidr: z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'expected a range of addresses, 10.0.0.0/16'),
  secretsManagerEndpoint: z.boolean().optional(),
});

const source = z.strictObject({
  host: name,
  port: z.int().min(1).max(65_535).default(5432),
  database: name,
  credentials: credentials.optional(),
  maskingSecretName: secretName.optional(),
  certificateAuthorityFile: name.optional(),
  network: network
    .refine(({ subnetIds, availabilityZones }) => subnetIds.length === availabilityZones.length, {
      path: ['availabilityZones'],
      error: 'expected as many zones as subnets',
    })
    .optional(),
});

export const cloudInput = z.strictObject({
  account: z
    .string()
    .regex(/^\d{12}$/, 'expected 12 digits')
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region, e.g. eu-west-1')
    .optional(),
  source: source.optional(),
  snowflake: z
    .strictObject({
      account: z
        .string()
        .regex(/^[A-Za-z0-9_.-]+$/, 'expected organization-account')
        .optional(),
      accessUrl: z.url().optional(),
      credentials: z.enum(['workloadIdentity', 'keyPair']).default('workloadIdentity'),
      rotateDays: z.int().min(1).max(1000).default(90),
    })
    .prefault({}),
  staging: z
    .strictObject({
      encryption: z.enum(['s3', 'kms']).default('s3'),
      expireDays: z.int().min(1).max(36_500).default(90),
      onDelete: z.enum(['retain', 'destroy']).default('retain'),
    })
    .prefault({}),
  schedule: z
    .strictObject({
      cron: z
        .string()
        .regex(/^\S+( \S+){5}$/, 'expected six fields: minutes hours day-of-month month day-of-week year')
        .default('0 5 * * ? *'),
      timezone: z
        .string()
        .refine(isTimezone, { error: 'expected an IANA time zone, e.g. Europe/London' })
        .optional(),
      enabled: z.boolean().default(true),
    })
    .prefault({}),
  functions: z
    .strictObject({
      extractMemoryMb: z.int().min(512).max(10_240).default(1792),
      modelsMemoryMb: z.int().min(512).max(10_240).default(1024),
      loadTimeoutMinutes: z
        .int()
        .min(1)
        .max(24 * 60)
        .default(60),
    })
    .prefault({}),
  alarms: z
    .strictObject({
      emails: z.array(z.email()).default([]),
      slackSecretName: secretName.optional(),
      hoursWithoutSuccess: z.int().min(1).max(168).default(26),
      rowsPerRun: z
        .strictObject({ least: z.int().min(0).default(1), most: z.int().min(1).optional() })
        .prefault({}),
    })
    .prefault({}),
  logRetentionDays: z
    .int()
    .refine((days) => logRetentionDays.includes(days), {
      error: `expected one of ${logRetentionDays.join(', ')}`,
    })
    .default(30),
  tags: z.record(name, z.string()).default({}),
  deploy: z
    .strictObject({
      repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name'),
      branch: name.default('main'),
      gitHubEnvironment: name.optional(),
      oidcProvider: z.enum(['create', 'existing']).default('create'),
    })
    .optional(),
});

export type ParsedCloud = z.output<typeof cloudInput>;

const partOfConfig = z.looseObject({}).optional();

/** What an environment may change. What it says is checked together with the config it changes. */
export const environmentsInput = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,11}$/, 'expected [a-z][a-z0-9-]*, at most 12 characters'),
    z.strictObject({
      source: partOfConfig,
      staging: partOfConfig,
      snowflake: partOfConfig,
      models: partOfConfig,
      cloud: partOfConfig,
    }),
  )
  .default({});

function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
