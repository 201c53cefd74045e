import { randomUUID } from 'node:crypto';
import { ARRAY, DATE, LTZ, NTZ, TEXT, TIME, unsupported } from '../../../sql/index.ts';
import { getDdl } from '../catalog/get-ddl.ts';
import { literal } from '../names.ts';
import type { CallSite } from '../translate/call.ts';
import { castTo, constantText } from '../translate/casts.ts';
import { constantOf } from '../translate/resolve.ts';
import type { Emitted } from '../translate/translation.ts';

type Emitter = (site: CallSite) => Emitted;

/** The statement's own clock, the same for every row and every call. */
function now(site: CallSite): Emitted {
  if (site.translation.stored === true) return { sql: 'now()', type: LTZ };
  const text = site.translation.context.now().toISOString();
  return { sql: `CAST(${literal(text)} AS TIMESTAMPTZ)`, type: LTZ };
}

/** `CURRENT_…` functions are 'the session's zone' moments: a cast of the clock. */
const timestamp: Emitter = (site) => now(site);

function sessionText(read: (site: CallSite) => string | null): Emitter {
  return (site) => {
    const value = read(site);
    return value === null
      ? { sql: 'CAST(NULL AS VARCHAR)', type: TEXT }
      : { ...constantText(value), type: TEXT };
  };
}

/** Functions whose value is known before the statement runs. */
export const constantFunctions: Readonly<Record<string, Emitter>> = {
  CURRENT_TIMESTAMP: timestamp,
  LOCALTIMESTAMP: timestamp,
  GETDATE: timestamp,
  SYSTIMESTAMP: timestamp,
  CURRENT_DATE: (site) => castTo(now(site), DATE),
  CURRENT_TIME: (site) => castTo(now(site), TIME),
  LOCALTIME: (site) => castTo(now(site), TIME),
  SYSDATE: (site) => ({ sql: `(${now(site).sql} AT TIME ZONE 'UTC')`, type: NTZ }),
  CURRENT_USER: sessionText((site) => site.translation.context.owner.user),
  CURRENT_ROLE: sessionText((site) => site.translation.context.session.role),
  CURRENT_DATABASE: sessionText((site) => site.translation.context.session.database),
  CURRENT_SCHEMA: sessionText((site) => site.translation.context.session.schema),
  CURRENT_WAREHOUSE: sessionText((site) => site.translation.context.session.warehouse),
  CURRENT_SESSION: sessionText((site) => site.translation.context.session.id),
  CURRENT_ACCOUNT: sessionText((site) => site.translation.context.engine.options.account.toUpperCase()),
  CURRENT_ACCOUNT_NAME: sessionText((site) => site.translation.context.engine.options.account.toUpperCase()),
  CURRENT_ORGANIZATION_NAME: sessionText(() => 'SLUICE'),
  CURRENT_REGION: sessionText(() => 'AWS_EU_WEST_1'),
  CURRENT_VERSION: sessionText(() => '9.0.0'),
  CURRENT_CLIENT: sessionText(() => 'JavaScript 3.3.0'),
  CURRENT_IP_ADDRESS: sessionText(() => '127.0.0.1'),
  CURRENT_TRANSACTION: sessionText((site) => site.translation.context.owner.transaction?.id ?? null),
  CURRENT_STATEMENT: sessionText(() => null),
  CURRENT_SECONDARY_ROLES: sessionText(() => '{"roles":"","value":""}'),
  CURRENT_AVAILABLE_ROLES: (site) => {
    const roles = site.translation.context.objects.all('ROLE').map((role) => role.name.name);
    return { sql: constantText(JSON.stringify(roles)).sql, type: TEXT };
  },
  CURRENT_SCHEMAS: (site) => {
    const { database, schema } = site.translation.context.session;
    const text = database === null ? '[]' : JSON.stringify([`${database}.${schema ?? 'PUBLIC'}`]);
    return { sql: `CAST(${literal(text)} AS JSON)`, type: ARRAY };
  },
  LAST_QUERY_ID: sessionText((site) => constantOf(site.translation.context, site.call) ?? null),
  GET_DDL: (site) => {
    const [kind, name] = [site.constant(0), site.constant(1)];
    if (kind === undefined || name === undefined)
      throw unsupported('GET_DDL with arguments that are no constants');
    return { ...constantText(getDdl(site.translation.context, kind.toUpperCase(), name)), type: TEXT };
  },
  UUID_STRING: (site) =>
    site.count === 0 ? { sql: 'CAST(uuid() AS VARCHAR)', type: TEXT } : constantText(randomUUID()),
};
