import { type Cursor, NUMBER, TEXT, typeName } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import { printName } from '../names.ts';
import type { CatalogObject, StatementResult } from '../statement.ts';
import { parameterDefaults } from '../wire/parameters.ts';
import { listing } from './result.ts';
import { comment, created, type Field, fixedText, name, owner, text } from './show-fields.ts';
import { filtered, likeMatches, type ShowFilter } from './show-filter.ts';

export function showRoles(core: StatementContext, filter: ShowFilter): StatementResult {
  const grants = core.objects.all('GRANT').filter((grant) => grant.properties.onKind === 'ROLE');
  const count = (test: (grant: CatalogObject) => boolean) => String(grants.filter(test).length);
  return listing(
    [
      created,
      name,
      fixedText('is_default', 'N'),
      ['is_current', TEXT, (one) => (one.name.name === core.session.role ? 'Y' : 'N')],
      fixedText('is_inherited', 'N'),
      [
        'assigned_to_users',
        NUMBER,
        (one) =>
          count((grant) => grant.properties.on === one.name.name && grant.properties.granteeKind === 'USER'),
      ],
      [
        'granted_to_roles',
        NUMBER,
        (one) =>
          count((grant) => grant.properties.on === one.name.name && grant.properties.granteeKind === 'ROLE'),
      ],
      ['granted_roles', NUMBER, (one) => count((grant) => grant.properties.grantee === one.name.name)],
      owner,
      comment,
    ],
    filtered(core.objects.all('ROLE'), filter),
  );
}

export function showUsers(core: StatementContext, filter: ShowFilter): StatementResult {
  const option = (label: string, key: string): Field<CatalogObject> => [
    label,
    TEXT,
    (one) => text(one.properties[key]),
  ];
  return listing(
    [
      name,
      created,
      ['login_name', TEXT, (one) => text(one.properties.LOGIN_NAME) || one.name.name],
      ['display_name', TEXT, (one) => text(one.properties.DISPLAY_NAME) || one.name.name],
      option('email', 'EMAIL'),
      fixedText('disabled', 'false'),
      comment,
      option('default_warehouse', 'DEFAULT_WAREHOUSE'),
      option('default_namespace', 'DEFAULT_NAMESPACE'),
      option('default_role', 'DEFAULT_ROLE'),
      owner,
      option('type', 'TYPE'),
    ],
    filtered(core.objects.all('USER'), filter),
  );
}

export function showWarehouses(core: StatementContext, filter: ShowFilter): StatementResult {
  const option = (label: string, key: string, fallback: string): Field<CatalogObject> => [
    label,
    TEXT,
    (one) => text(one.properties[key]) || fallback,
  ];
  return listing(
    [
      name,
      option('state', 'state', 'STARTED'),
      fixedText('type', 'STANDARD'),
      option('size', 'size', 'X-Small'),
      option('auto_suspend', 'AUTO_SUSPEND', '600'),
      option('auto_resume', 'AUTO_RESUME', 'true'),
      ['is_current', TEXT, (one) => (one.name.name === core.session.warehouse ? 'Y' : 'N')],
      created,
      owner,
      comment,
    ],
    filtered(core.objects.all('WAREHOUSE'), filter),
  );
}

/** SHOW GRANTS [ON kind name | TO ROLE r | TO USER u | OF ROLE r]. */
export function showGrants(core: StatementContext, cursor: Cursor): StatementResult {
  let test: (grant: CatalogObject) => boolean = (grant) => grant.properties.grantee === core.session.role;
  if (cursor.takeWord('ON')) {
    const kindWord = cursor.next().value;
    const on = kindWord === 'ACCOUNT' ? '' : cursor.names().map(printName).join('.');
    test = ({ properties }) =>
      properties.onKind === kindWord &&
      (kindWord === 'ACCOUNT' || text(properties.on) === on || text(properties.on).endsWith(`.${on}`));
  } else if (cursor.takeWord('TO')) {
    const granteeKind = cursor.takeWord('USER') ? 'USER' : 'ROLE';
    if (granteeKind === 'ROLE') cursor.takeWord('ROLE');
    const grantee = cursor.identifier().name;
    test = ({ properties }) => properties.granteeKind === granteeKind && properties.grantee === grantee;
  } else if (cursor.takeWord('OF', 'ROLE')) {
    const role = cursor.identifier().name;
    test = ({ properties }) => properties.onKind === 'ROLE' && properties.on === role;
  }
  cursor.expectEnd();
  return listing(
    [
      created,
      ['privilege', TEXT, (one) => text(one.properties.privilege)],
      ['granted_on', TEXT, (one) => text(one.properties.onKind).replaceAll(' ', '_')],
      ['name', TEXT, (one) => text(one.properties.on)],
      ['granted_to', TEXT, (one) => text(one.properties.granteeKind)],
      ['grantee_name', TEXT, (one) => text(one.properties.grantee)],
      ['grant_option', TEXT, (one) => String(one.properties.grantOption === true)],
      ['granted_by', TEXT, (one) => one.owner],
    ],
    core.objects.all('GRANT').filter(test),
  );
}

export function showParameters(core: StatementContext, cursor: Cursor): StatementResult {
  const like = cursor.takeWord('LIKE') ? cursor.string() : '%';
  cursor.rest();
  const defaults = parameterDefaults();
  const names = new Set([...Object.keys(defaults), ...core.session.parameters.keys()]);
  const rows = [...names].filter((one) => likeMatches(like, one)).sort();
  return listing(
    [
      ['key', TEXT, (one) => one],
      ['value', TEXT, (one) => core.session.parameters.get(one) ?? String(defaults[one] ?? '')],
      ['default', TEXT, (one) => String(defaults[one] ?? '')],
      ['level', TEXT, (one) => (core.session.parameters.has(one) ? 'SESSION' : '')],
      ['description', TEXT, () => ''],
      [
        'type',
        TEXT,
        (one) =>
          typeof defaults[one] === 'number'
            ? 'NUMBER'
            : typeof defaults[one] === 'boolean'
              ? 'BOOLEAN'
              : 'STRING',
      ],
    ],
    rows,
  );
}

export function showVariables(core: StatementContext): StatementResult {
  const { id, variables } = core.session;
  return listing(
    [
      ['session_id', NUMBER, () => id],
      ['name', TEXT, ([key]) => key],
      ['value', TEXT, ([, value]) => value],
      [
        'type',
        TEXT,
        ([key]) =>
          typeName(core.owner.variableTypes.get(key) ?? TEXT)
            .replace(/\(.*/, '')
            .toLowerCase(),
      ],
    ],
    [...variables].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
