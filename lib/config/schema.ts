import { z } from 'zod';
import { cloudInput, environmentsInput } from './cloud-schema.ts';

const snowflakeName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_$]{0,254}$/,
    'expected a plain Snowflake identifier (letters, digits, _ and $)',
  )
  .transform((name) => name.toUpperCase());

const timezone = z.string().refine(isTimezone, { error: 'expected an IANA time zone, e.g. Europe/London' });

const tableOptions = {
  source: z
    .strictObject({ schema: z.string().min(1).optional(), table: z.string().min(1).optional() })
    .optional(),
  onReject: z.enum(['hold', 'apply']).default('hold'),
  values: z.record(z.string().min(1), z.enum(['reject', 'null', 'clamp', 'text'])).default({}),
  mask: z.record(z.string().min(1), z.enum(['hash', 'redact', 'partial', 'null'])).default({}),
};

export const tableInput = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('full'), ...tableOptions }),
  z.strictObject({
    mode: z.literal('daily'),
    ...tableOptions,
    column: z.string().min(1),
    timezone: timezone.default('UTC'),
    lookbackDays: z.int().min(0).max(366).default(3),
  }),
  z.strictObject({
    mode: z.literal('incremental'),
    ...tableOptions,
    cursor: z.string().min(1),
    key: z.union([
      z
        .string()
        .min(1)
        .transform((column) => [column]),
      z.array(z.string().min(1)).min(1),
    ]),
    overlap: z.int().min(0).max(1_000_000_000).optional(),
    timezone: timezone.default('UTC'),
  }),
]);

const projectFields = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,29}$/, 'expected [a-z][a-z0-9-]*, at most 30 characters'),
  tables: z
    .record(
      z
        .string()
        .regex(/^[a-z_][a-z0-9_]*$/, 'expected a table name of a-z, 0-9 and _; name the source in `source`'),
      tableInput,
    )
    .refine((tables) => Object.keys(tables).length > 0, { error: 'expected at least one table' })
    .superRefine((tables, context) => {
      for (const [name, table] of Object.entries(tables)) checkMask(name, table, context);
    }),
  source: z
    .strictObject({
      maxConnections: z.int().min(1).max(64).default(4),
      statementTimeoutSeconds: z.int().min(1).max(86_400).default(3600),
    })
    .prefault({}),
  staging: z
    .strictObject({
      prefix: z
        .string()
        .regex(
          /^(|[A-Za-z0-9!_.*'()/-]*[A-Za-z0-9!_.*'()-]\/?)$/,
          'expected a key prefix without leading slash',
        )
        .transform((prefix) => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`))
        .default(''),
    })
    .prefault({}),
  snowflake: z
    .strictObject({
      database: snowflakeName.optional(),
      warehouse: snowflakeName.optional(),
      schemas: z
        .strictObject({
          landing: snowflakeName.default('LANDING'),
          raw: snowflakeName.default('RAW'),
          ops: snowflakeName.default('OPS'),
          dev: snowflakeName.default('DEV'),
          prod: snowflakeName.default('PROD'),
        })
        .prefault({})
        .refine((schemas) => new Set(Object.values(schemas)).size === 5, {
          error: 'expected five different names',
        }),
      roles: z
        .strictObject({
          deployer: snowflakeName.optional(),
          loader: snowflakeName.optional(),
          transformer: snowflakeName.optional(),
          reader: snowflakeName.optional(),
        })
        .prefault({}),
      storageIntegration: snowflakeName.optional(),
      storageRoleArn: z
        .string()
        .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'expected the ARN of an IAM role')
        .optional(),
      storageExternalId: z.string().min(2).max(1224).optional(),
    })
    .prefault({}),
  models: z
    .strictObject({
      path: z.string().min(1).default('models'),
      target: z.enum(['dev', 'prod']).default('dev'),
      threads: z.int().min(1).max(64).default(4),
    })
    .prefault({}),
  cloud: cloudInput.prefault({}),
  environments: environmentsInput,
});

export const projectInput = projectFields.superRefine(({ tables, cloud }, context) => {
  const { source } = cloud;
  if (source?.credentials?.kind !== 'iam' || source.maskingSecretName !== undefined) return;
  const hashed = Object.entries(tables).find(([, { mask }]) => Object.values(mask).includes('hash'));
  if (hashed === undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['cloud', 'source', 'maskingSecretName'],
    input: undefined,
    message: `expected the name of a secret with maskingKey, because ${hashed[0]} is masked by hash and IAM has no secret that could hold the key`,
  });
});

export type ParsedProject = z.output<typeof projectInput>;

/** What says where a row belongs is needed in clear: its date, its cursor; a key at least so that it tells rows apart. */
function checkMask(name: string, table: z.output<typeof tableInput>, context: z.RefinementCtx): void {
  const placing = table.mode === 'daily' ? table.column : table.mode === 'incremental' ? table.cursor : null;
  for (const [column, method] of Object.entries(table.mask)) {
    const isKey = table.mode === 'incremental' && table.key.includes(column);
    if (column !== placing && (!isKey || method === 'hash')) continue;
    context.addIssue({
      code: 'custom',
      path: [name, 'mask', column],
      input: method,
      message: isKey
        ? 'expected hash, because the rows are merged on this column'
        : 'expected no mask, because this column says which window a row belongs to',
    });
  }
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
