import { Cursor, SqlError, unsupported } from '../../../sql/index.ts';
import { tableOrView } from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import { printName, printQualified } from '../names.ts';
import type { QualifiedName, StatementHandler } from '../statement.ts';
import { done } from './result.ts';

const LABELS: Readonly<Record<string, string>> = { ROLE: 'Role', USER: 'User' };

function account(name: string): QualifiedName {
  return { database: '', schema: '', name };
}

interface Grant {
  readonly privileges: readonly string[];
  /** TABLE, SCHEMA, ROLE, ALL TABLES, FUTURE TABLES, … */
  readonly onKind: string;
  readonly on: string;
  readonly toKind: string;
  readonly to: string;
  readonly withGrantOption: boolean;
}

function grantName(grant: Grant, privilege: string): QualifiedName {
  return account(JSON.stringify([privilege, grant.onKind, grant.on, grant.toKind, grant.to]));
}

/** Reads what stands after GRANT or REVOKE. `direction` is the word before the receiver. */
function parseGrant(core: StatementContext, cursor: Cursor, direction: 'TO' | 'FROM'): Grant {
  cursor.takeWord('GRANT', 'OPTION', 'FOR');
  if (cursor.isWord('ROLE') || cursor.isWord('DATABASE', 'ROLE')) {
    const onKind = cursor.takeWord('DATABASE') ? 'DATABASE ROLE' : 'ROLE';
    cursor.expectWord('ROLE');
    const on = cursor.names().join('.');
    cursor.expectWord(direction);
    return { privileges: ['USAGE'], onKind, on, ...receiver(cursor), withGrantOption: false };
  }
  const privileges = parsePrivileges(cursor);
  cursor.expectWord('ON');
  const { onKind, on } = grantTarget(core, cursor);
  cursor.expectWord(direction);
  const to = receiver(cursor);
  const withGrantOption = cursor.takeWord('WITH', 'GRANT', 'OPTION');
  return { privileges, onKind, on, ...to, withGrantOption };
}

function parsePrivileges(cursor: Cursor): string[] {
  const privileges: string[] = [];
  do {
    const words: string[] = [];
    while (!cursor.isWord('ON') && !cursor.isSymbol(',')) words.push(cursor.next().value);
    privileges.push(words.join(' ').replace(/^ALL PRIVILEGES$/, 'ALL'));
  } while (cursor.takeSymbol(','));
  return privileges;
}

function receiver(cursor: Cursor): { toKind: string; to: string } {
  const toKind = cursor.takeWord('USER')
    ? 'USER'
    : cursor.takeWord('DATABASE', 'ROLE')
      ? 'DATABASE ROLE'
      : 'ROLE';
  if (toKind === 'ROLE') cursor.takeWord('ROLE');
  const to = cursor.names().join('.');
  cursor.takeWord('REVOKE', 'CURRENT', 'GRANTS') || cursor.takeWord('COPY', 'CURRENT', 'GRANTS');
  if (!cursor.takeWord('CASCADE')) cursor.takeWord('RESTRICT');
  return { toKind, to };
}

function grantTarget(core: StatementContext, cursor: Cursor): { onKind: string; on: string } {
  if (cursor.takeWord('ACCOUNT')) return { onKind: 'ACCOUNT', on: core.engine.options.account.toUpperCase() };
  const many = cursor.takeWord('ALL') ? 'ALL ' : cursor.takeWord('FUTURE') ? 'FUTURE ' : '';
  const words: string[] = [];
  // The kind is every word up to the name or IN.
  while (!(many !== '' && cursor.isWord('IN')) && isKindWord(cursor)) words.push(cursor.next().value);
  const kind = words.join(' ');
  if (many !== '') {
    cursor.expectWord('IN');
    const inside = cursor.takeWord('DATABASE') ? 'DATABASE' : 'SCHEMA';
    if (inside === 'SCHEMA') cursor.expectWord('SCHEMA');
    return { onKind: `${many}${kind} IN ${inside}`, on: cursor.names().map(printName).join('.') };
  }
  const parts = cursor.names();
  const accountLevel = ['DATABASE', 'WAREHOUSE', 'INTEGRATION', 'USER', 'ROLE'].includes(kind);
  if (kind === 'SCHEMA' || accountLevel) {
    const on =
      kind === 'SCHEMA' && parts.length === 1 && core.session.database
        ? [core.session.database, ...parts]
        : parts;
    return { onKind: kind, on: on.map(printName).join('.') };
  }
  const name = core.qualify(parts);
  // The kind may be left out, and a dynamic table is a table.
  const isTable = kind === 'TABLE' || kind === 'DYNAMIC TABLE' || kind === '';
  if (isTable || kind === 'VIEW') {
    const object = tableOrView(core, name);
    return { onKind: isTable ? object.kind : kind, on: printQualified(name) };
  }
  return { onKind: kind, on: printQualified(name) };
}

const KIND_WORDS = new Set([
  'TABLE',
  'VIEW',
  'SCHEMA',
  'DATABASE',
  'WAREHOUSE',
  'INTEGRATION',
  'STAGE',
  'PIPE',
  'STREAM',
  'TASK',
  'FILE',
  'FORMAT',
  'SEQUENCE',
  'FUNCTION',
  'PROCEDURE',
  'USER',
  'ROLE',
  'TABLES',
  'VIEWS',
  'SCHEMAS',
  'STAGES',
  'PIPES',
  'STREAMS',
  'TASKS',
  'FORMATS',
  'SEQUENCES',
  'FUNCTIONS',
  'PROCEDURES',
  'MATERIALIZED',
  'EXTERNAL',
  'DYNAMIC',
  'RESOURCE',
  'MONITOR',
  'ICEBERG',
  'EVENT',
]);

function isKindWord(cursor: Cursor): boolean {
  const token = cursor.peek();
  return token?.kind === 'word' && KIND_WORDS.has(token.value);
}

const grant: StatementHandler = {
  heads: ['GRANT'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('GRANT');
    if (cursor.isWord('OWNERSHIP')) return grantOwnership(core, cursor);
    const parsed = parseGrant(core, cursor, 'TO');
    cursor.expectEnd();
    requireReceiver(core, parsed);
    for (const privilege of parsed.privileges) {
      await core.objects.put({
        kind: 'GRANT',
        name: grantName(parsed, privilege),
        properties: {
          privilege,
          onKind: parsed.onKind,
          on: parsed.on,
          granteeKind: parsed.toKind,
          grantee: parsed.to,
          grantOption: parsed.withGrantOption,
        },
        owner: core.session.role,
        createdOn: core.now(),
      });
    }
    return done();
  },
};

function requireReceiver(core: StatementContext, parsed: Grant): void {
  if (parsed.toKind === 'DATABASE ROLE') return;
  if (!core.objects.find(parsed.toKind, account(parsed.to))) {
    throw new SqlError(
      '002003',
      '02000',
      `SQL compilation error:\n${LABELS[parsed.toKind]} '${printName(parsed.to)}' does not exist or not authorized.`,
    );
  }
  if (parsed.onKind === 'ROLE' && !core.objects.find('ROLE', account(parsed.on))) {
    throw new SqlError(
      '002003',
      '02000',
      `SQL compilation error:\nRole '${printName(parsed.on)}' does not exist or not authorized.`,
    );
  }
}

/** GRANT OWNERSHIP ON kind name TO ROLE r: the owner is changed where the object is one of the server's own. */
async function grantOwnership(core: StatementContext, cursor: Cursor) {
  cursor.expectWord('OWNERSHIP', 'ON');
  const { onKind, on } = grantTarget(core, cursor);
  cursor.expectWord('TO');
  const { to } = receiver(cursor);
  if (onKind.startsWith('ALL ') || onKind.startsWith('FUTURE ')) {
    if (onKind.startsWith('ALL ')) throw unsupported('GRANT OWNERSHIP ON ALL');
    return done();
  }
  const parts = Cursor.over(on).names();
  const [name = '', schema = '', database = ''] = [...parts].reverse();
  const at = onKind === 'SCHEMA' ? { database: schema, schema: '', name } : { database, schema, name };
  const object = core.objects.find(onKind.replace(' ', '_'), at);
  if (object) await core.objects.put({ ...object, owner: to });
  return done();
}

const revoke: StatementHandler = {
  heads: ['REVOKE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('REVOKE');
    const parsed = parseGrant(core, cursor, 'FROM');
    for (const privilege of parsed.privileges) {
      for (const object of core.objects.all('GRANT')) {
        const { properties } = object;
        const same =
          properties.onKind === parsed.onKind &&
          properties.on === parsed.on &&
          properties.grantee === parsed.to;
        if (same && (privilege === 'ALL' || properties.privilege === privilege))
          await core.objects.drop('GRANT', object.name);
      }
    }
    return done();
  },
};

/** GRANT and REVOKE: recorded and shown, not enforced. */
export const grantHandlers: readonly StatementHandler[] = [grant, revoke];
