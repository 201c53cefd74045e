/** What `cloud` of the config may say. Everything with a default may be left out. */
export interface CloudInput {
  /** AWS account, 12 digits. @default the account of the credentials that `cdk` runs with */
  account?: string;
  /** AWS region. @default the region of the credentials that `cdk` runs with */
  region?: string;
  /** Where the scheduled extract finds Postgres. Needed to deploy. */
  source?: CloudSourceInput;
  snowflake?: {
    /** Account identifier, `organization-account`. Needed to deploy. */
    account?: string;
    /** Address of a private link. @default Snowflake's own for the account */
    accessUrl?: string;
    /**
     * How the functions log in: with the identity of their AWS role and no secret at all, or with a key pair a user, in
     * the secrets `sluice/<name>/snowflake-<role>`. @default 'workloadIdentity'
     */
    credentials?: 'workloadIdentity' | 'keyPair';
    /** Days after which a key pair is replaced by a new one. @default 90 */
    rotateDays?: number;
  };
  staging?: {
    /** Keys managed by S3, or a KMS key of this stack. @default 's3' */
    encryption?: 's3' | 'kms';
    /** Days after which data and manifests are deleted. @default 90 */
    expireDays?: number;
    /** What deleting the stack does with the bucket. `destroy` deletes every object. @default 'retain' */
    onDelete?: 'retain' | 'destroy';
  };
  schedule?: {
    /** EventBridge's six fields: minutes hours day-of-month month day-of-week year. @default '0 5 * * ? *' */
    cron?: string;
    /** IANA zone of the schedule and of the business day a run is named after. @default that of the first `daily` table, else 'UTC' */
    timezone?: string;
    /** @default true */
    enabled?: boolean;
  };
  functions?: {
    /** Memory of the extract; a function's share of the CPU grows with it. @default 1792, which is one whole vCPU */
    extractMemoryMb?: number;
    /** Memory of the function that builds models. @default 1024 */
    modelsMemoryMb?: number;
    /** How long a run waits for Snowflake to apply what was staged. @default 60 */
    loadTimeoutMinutes?: number;
  };
  alarms?: {
    /** Addresses that get every alarm and every failed run. Each has to confirm a mail once. @default [] */
    emails?: readonly string[];
    /** Secret whose text is the address of a Slack webhook. @default no Slack */
    slackSecretName?: string;
    /** Hours without a successful run until the alarm. @default 26 */
    hoursWithoutSuccess?: number;
    /** Rows that a day's run extracts. @default { least: 1 } */
    rowsPerRun?: { least?: number; most?: number };
  };
  /** Days that logs are kept; one of CloudWatch's own steps. @default 30 */
  logRetentionDays?: number;
  /** Tags of everything, for the bill. @default {}; `sluice:project` and `sluice:environment` are always there */
  tags?: Record<string, string>;
  /** A role that GitHub Actions of one repository may deploy with, without a stored key. @default none */
  deploy?: {
    /** `owner/name` */
    repository: string;
    /** The only branch that may deploy. @default 'main' */
    branch?: string;
    /** GitHub environment that must have approved the deployment; takes the place of the branch, which that environment limits. @default none */
    gitHubEnvironment?: string;
    /** An AWS account has one provider for GitHub: `existing` when another stack made it. @default 'create' */
    oidcProvider?: 'create' | 'existing';
  };
}

export interface CloudSourceInput {
  host: string;
  /** @default 5432 */
  port?: number;
  database: string;
  /**
   * `secret`: a secret as RDS makes it, JSON with `username` and `password`. `iam`: IAM database authentication, no secret;
   * `resourceId` is that of the instance (`db-…`) or cluster (`cluster-…`). @default the secret 'sluice/<name>/source'
   */
  credentials?: { secretName: string } | { iam: { user: string; resourceId: string } };
  /**
   * Secret of the key for masks of method `hash`: JSON with `maskingKey`. Needed with `iam`, which has no other secret.
   * @default `maskingKey` in the secret of the credentials
   */
  maskingSecretName?: string;
  /** PEM file of the authorities that sign the server's certificate, from the config's folder. @default Amazon's, for RDS */
  certificateAuthorityFile?: string;
  /** The network the source is in. @default none: the source is reached over the internet, with TLS */
  network?: {
    vpcId: string;
    /** Private subnets the extract runs in. */
    subnetIds: readonly string[];
    /** Zones of these subnets, in their order. */
    availabilityZones: readonly string[];
    /** Route tables of these subnets; each gets a gateway endpoint to S3. @default []: there is a way to S3 already */
    routeTableIds?: readonly string[];
    /** Addresses of the VPC, which the extract may open connections to. */
    cidr: string;
    /** Make an interface endpoint to Secrets Manager (about 8 USD a month and zone). @default true with `routeTableIds` and a secret */
    secretsManagerEndpoint?: boolean;
  };
}

/** What an environment says differently; what it leaves out is as in the config itself. */
export interface EnvironmentInput {
  source?: object;
  staging?: object;
  snowflake?: object;
  models?: object;
  cloud?: CloudInput;
}
