import { createHash } from 'node:crypto';
import { compilationError, unsupported } from '../../../../sql/index.ts';
import { OptionReader, type Options } from '../options.ts';

/** What the catalog keeps of a storage integration. */
export interface StorageIntegration {
  readonly category: 'STORAGE';
  readonly enabled: boolean;
  readonly roleArn: string;
  readonly externalId: string;
  /** The user that assumes the role: made with the integration, the same ever after. */
  readonly iamUserArn: string;
  readonly allowed: readonly string[];
  readonly blocked: readonly string[];
  readonly comment: string;
}

/** The account that Snowflake's own IAM users are in, as far as the embedded server goes. */
const SNOWFLAKE_ACCOUNT = '123456789001';

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A storage integration from its options; `base` is what ALTER … SET changes. */
export function storageIntegration(
  name: string,
  options: Options,
  base?: StorageIntegration,
): StorageIntegration {
  const reader = new OptionReader(options, 'STORAGE INTEGRATION');
  const type = reader.text('TYPE')?.toUpperCase();
  const provider = reader.text('STORAGE_PROVIDER')?.toUpperCase();
  if (base === undefined) {
    if (type !== 'EXTERNAL_STAGE') throw unsupported(`storage integrations of TYPE ${type ?? 'nothing'}`);
    if (provider !== 'S3') throw unsupported(`STORAGE_PROVIDER ${provider ?? 'nothing'} (S3 only)`);
  } else if (type !== undefined || provider !== undefined) {
    throw compilationError('TYPE and STORAGE_PROVIDER of an integration cannot be changed.', '001422');
  }
  const arn = reader.text('STORAGE_AWS_ROLE_ARN') ?? base?.roleArn;
  if (arn === undefined) throw compilationError("missing option 'STORAGE_AWS_ROLE_ARN'.", '002029');
  const allowed = reader.texts('STORAGE_ALLOWED_LOCATIONS') ?? base?.allowed;
  if (allowed === undefined || allowed.length === 0) {
    throw compilationError("missing option 'STORAGE_ALLOWED_LOCATIONS'.", '002029');
  }
  const enabled = reader.boolean('ENABLED') ?? base?.enabled;
  if (enabled === undefined) throw compilationError("missing option 'ENABLED'.", '002029');
  const made = fingerprint(`${name}\u0000${arn}`);
  const integration: StorageIntegration = {
    category: 'STORAGE',
    enabled,
    roleArn: arn,
    externalId:
      reader.text('STORAGE_AWS_EXTERNAL_ID') ??
      base?.externalId ??
      `EMBEDDED_SFCRole=2_${made.slice(0, 24)}=`,
    iamUserArn:
      base?.iamUserArn ??
      `arn:aws:iam::${SNOWFLAKE_ACCOUNT}:user/${fingerprint('account').slice(0, 4)}0000-s`,
    allowed,
    blocked: reader.texts('STORAGE_BLOCKED_LOCATIONS') ?? base?.blocked ?? [],
    comment: reader.text('COMMENT') ?? base?.comment ?? '',
  };
  reader.finish();
  return integration;
}

/** DESC INTEGRATION: property, type, value, default. */
export function storageProperties(integration: StorageIntegration): [string, string, string, string][] {
  return [
    ['ENABLED', 'Boolean', String(integration.enabled), 'false'],
    ['STORAGE_PROVIDER', 'String', 'S3', ''],
    ['STORAGE_ALLOWED_LOCATIONS', 'List', integration.allowed.join(','), '[]'],
    ['STORAGE_BLOCKED_LOCATIONS', 'List', integration.blocked.join(','), '[]'],
    ['STORAGE_AWS_IAM_USER_ARN', 'String', integration.iamUserArn, ''],
    ['STORAGE_AWS_ROLE_ARN', 'String', integration.roleArn, ''],
    ['STORAGE_AWS_EXTERNAL_ID', 'String', integration.externalId, ''],
    ['COMMENT', 'String', integration.comment, ''],
  ];
}
