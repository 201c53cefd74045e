/** Where the three systems are and how to log in. Values come from the environment or a secret, never from the config. */
export interface Connections {
  readonly source: SourceConnection;
  readonly staging: StagingConnection;
  readonly snowflake: SnowflakeConnection;
}

export interface SourceConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Reads the password again. Asked once when the server refuses the one that is known: a secret may be rotated during a run. */
  readonly renewPassword?: () => Promise<string>;
  /** `false` on loopback only; otherwise the authority that signs the server's certificate is verified. */
  readonly ssl: false | { readonly ca?: string };
  /** Secret of the masks of method `hash`, at least 32 characters; needed only when a table has one. */
  readonly maskingKey?: string;
}

export interface StagingConnection {
  readonly bucket: string;
  readonly region: string;
  /** Set for the embedded server only; AWS's own endpoint otherwise. */
  readonly endpoint?: string;
  /** Set for the embedded server only; the SDK's default chain otherwise. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export type SnowflakeAuthentication =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'keyPair'; readonly privateKey: string; readonly passphrase?: string }
  | { readonly kind: 'workloadIdentity' };

export interface SnowflakeConnection {
  readonly account: string;
  readonly username: string;
  readonly authentication: SnowflakeAuthentication;
  /** Set for the embedded server (`http://127.0.0.1:<port>`) or a private link. */
  readonly accessUrl?: string;
  readonly role?: string;
  readonly warehouse?: string;
  readonly database?: string;
  readonly schema?: string;
}
