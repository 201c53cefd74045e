import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Engine } from '../engine.ts';
import type { Session } from '../session.ts';
import { isRecord, ok, refused, type WireAnswer, type WireRequest } from './http.ts';
import { verifyKeyPair } from './key-pair.ts';
import { sessionParameters } from './parameters.ts';

/** How long a session token holds before the driver has to renew it, and how long the master token can renew it, in seconds. */
const SESSION_SECONDS = 3600;
const MASTER_SECONDS = 14_400;

interface Login {
  readonly session: Session;
  sessionToken: string;
  readonly masterToken: string;
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Who is logged in: login, token renewal, logout. */
export class Logins {
  readonly #engine: Engine;
  readonly #password: string;
  readonly #byToken = new Map<string, Login>();
  readonly #byMaster = new Map<string, Login>();

  constructor(engine: Engine, password: string) {
    this.#engine = engine;
    this.#password = password;
  }

  async login(request: WireRequest): Promise<WireAnswer> {
    const data = isRecord(request.body.data) ? request.body.data : {};
    const refusal = this.#check(data);
    if (refusal) return refusal;
    const name = (key: string) => foldName(request.query.get(key));
    const session = await this.#engine.openSession({
      user: text(data.LOGIN_NAME).toUpperCase(),
      role: name('roleName') ?? 'ACCOUNTADMIN',
      warehouse: name('warehouse'),
      database: name('databaseName'),
      schema: name('schemaName'),
    });
    this.#keepExisting(session);
    if (isRecord(data.SESSION_PARAMETERS)) {
      for (const [key, value] of Object.entries(data.SESSION_PARAMETERS)) {
        session.state.parameters.set(key.toUpperCase(), String(value));
      }
    }
    const login: Login = { session, sessionToken: newToken(), masterToken: newToken() };
    this.#byToken.set(login.sessionToken, login);
    this.#byMaster.set(login.masterToken, login);
    const { state } = session;
    return ok({
      token: login.sessionToken,
      masterToken: login.masterToken,
      validityInSeconds: SESSION_SECONDS,
      masterValidityInSeconds: MASTER_SECONDS,
      displayUserName: session.user,
      serverVersion: 'embedded',
      firstLogin: false,
      remMeToken: null,
      remMeValidityInSeconds: 0,
      healthCheckInterval: 45,
      sessionId: Number(state.id),
      parameters: sessionParameters(state.parameters),
      sessionInfo: {
        databaseName: state.database,
        schemaName: state.schema,
        warehouseName: state.warehouse,
        roleName: state.role,
      },
      idToken: null,
      mfaToken: null,
    });
  }

  /** Snowflake logs in with a database that is not there, and leaves the session without one. */
  #keepExisting(session: Session): void {
    const { state, objects } = session;
    const has = (kind: string, database: string, name: string) =>
      objects.find(kind, { database, schema: '', name }) !== undefined;
    if (state.database !== null && !has('DATABASE', '', state.database)) state.database = null;
    if (state.database === null) state.schema = null;
    else {
      state.schema ??= 'PUBLIC';
      if (!has('SCHEMA', state.database, state.schema)) state.schema = null;
    }
    if (state.warehouse !== null && !has('WAREHOUSE', '', state.warehouse)) state.warehouse = null;
  }

  #check(data: Readonly<Record<string, unknown>>): WireAnswer | undefined {
    const wrong = refused('390100', 'Incorrect username or password was specified.', {
      nextAction: 'RETRY_LOGIN',
    });
    const user = text(data.LOGIN_NAME).toUpperCase();
    const authenticator = text(data.AUTHENTICATOR).toUpperCase() || 'SNOWFLAKE';
    if (authenticator === 'SNOWFLAKE_JWT') {
      const session = this.#engine.userObject(user);
      const key = session === undefined ? undefined : text(session.properties.RSA_PUBLIC_KEY);
      const key2 = session === undefined ? undefined : text(session.properties.RSA_PUBLIC_KEY_2);
      const good = [key, key2].some((one) => one && verifyKeyPair(text(data.TOKEN), one, user));
      return good ? undefined : refused('390144', 'JWT token is invalid.');
    }
    if (authenticator !== 'SNOWFLAKE') {
      return refused('390190', `Unsupported by the embedded Snowflake: the authenticator ${authenticator}.`);
    }
    const known = this.#engine.userObject(user);
    if (known === undefined) return wrong;
    const password =
      user === this.#engine.options.user ? this.#password : text(known.properties.PASSWORD) || undefined;
    if (password === undefined || !same(text(data.PASSWORD), password)) return wrong;
    return undefined;
  }

  /** The session of a request's token, or undefined when it has to log in or renew. */
  find(token: string | undefined): Session | undefined {
    return token === undefined ? undefined : this.#byToken.get(token)?.session;
  }

  renew(request: WireRequest): WireAnswer {
    const login = request.token === undefined ? undefined : this.#byMaster.get(request.token);
    if (login === undefined) return refused('390115', 'Master token not found. Log in again.');
    this.#byToken.delete(login.sessionToken);
    login.sessionToken = newToken();
    this.#byToken.set(login.sessionToken, login);
    return ok({
      sessionToken: login.sessionToken,
      validityInSecondsST: SESSION_SECONDS,
      masterToken: login.masterToken,
      validityInSecondsMT: MASTER_SECONDS,
      sessionId: Number(login.session.state.id),
    });
  }

  async logout(request: WireRequest): Promise<WireAnswer> {
    const login = request.token === undefined ? undefined : this.#byToken.get(request.token);
    if (login) {
      this.#byToken.delete(login.sessionToken);
      this.#byMaster.delete(login.masterToken);
      await this.#engine.closeSession(login.session);
    }
    return ok(null);
  }
}

/** A name of the connection's options: quoted names keep their case. */
function foldName(name: string | null): string | null {
  if (name === null || name === '') return null;
  const quoted = /^"(.*)"$/.exec(name);
  return quoted ? (quoted[1] ?? '').replaceAll('""', '"') : name.toUpperCase();
}
