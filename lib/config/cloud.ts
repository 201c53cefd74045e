/** How one environment stands in AWS, with every default filled in. `define.ts` says what each option means. */
export interface Cloud {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly source?: CloudSource | undefined;
  readonly snowflake: {
    readonly account?: string | undefined;
    readonly accessUrl?: string | undefined;
    readonly credentials: 'workloadIdentity' | 'keyPair';
    readonly rotateDays: number;
  };
  readonly staging: {
    readonly encryption: 's3' | 'kms';
    readonly expireDays: number;
    readonly onDelete: 'retain' | 'destroy';
  };
  readonly schedule: { readonly cron: string; readonly timezone: string; readonly enabled: boolean };
  readonly functions: {
    readonly extractMemoryMb: number;
    readonly modelsMemoryMb: number;
    readonly loadTimeoutMinutes: number;
  };
  readonly alarms: {
    readonly emails: readonly string[];
    readonly slackSecretName?: string | undefined;
    readonly hoursWithoutSuccess: number;
    readonly rowsPerRun: { readonly least: number; readonly most?: number | undefined };
  };
  readonly logRetentionDays: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly deploy?:
    | {
        readonly repository: string;
        readonly branch: string;
        readonly gitHubEnvironment?: string | undefined;
        readonly oidcProvider: 'create' | 'existing';
      }
    | undefined;
}

export interface CloudSource {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly credentials: CloudSourceCredentials;
  readonly maskingSecretName?: string | undefined;
  readonly certificateAuthorityFile?: string | undefined;
  readonly network?:
    | {
        readonly vpcId: string;
        readonly subnetIds: readonly string[];
        readonly availabilityZones: readonly string[];
        readonly routeTableIds: readonly string[];
        readonly cidr: string;
        readonly secretsManagerEndpoint: boolean;
      }
    | undefined;
}

export type CloudSourceCredentials =
  | { readonly kind: 'secret'; readonly secretName: string }
  | { readonly kind: 'iam'; readonly user: string; readonly resourceId: string };
