import { Cursor, NUMBER, type SqlType, TEXT, typeName, unsupported } from '../../../sql/index.ts';
import { requirePlace } from '../catalog/lifecycle.ts';
import { StatementContext } from '../context.ts';
import { missingObject, objectExists } from '../errors.ts';
import { parseFunctionBody, type UserFunction, userFunction } from '../functions/user.ts';
import { printName, printQualified } from '../names.ts';
import type { CatalogObject, QualifiedName, StatementHandler, StatementResult } from '../statement.ts';
import { createHeader, ifExists, ifNotExists } from './header.ts';
import { listing, message } from './result.ts';
import { created, fixedText, schemaName } from './show-fields.ts';
import { filtered, parseFilter, scopeOf } from './show-filter.ts';

type Typed = { readonly name: string; readonly type: SqlType };

function typed(cursor: Cursor): Typed {
  const { name } = cursor.identifier();
  const type = cursor.type();
  if (cursor.isWord('DEFAULT')) throw unsupported('DEFAULT of a function argument');
  return { name, type };
}

/** Functions are told apart by the types of their arguments, so these are part of the name that they are kept under. */
function keyOf({ database, schema, name }: QualifiedName, types: readonly SqlType[]): QualifiedName {
  return { database, schema, name: `${name}(${types.map(typeName).join(', ')})` };
}

/** CREATE [OR REPLACE] [SECURE] FUNCTION name(a TYPE, …) RETURNS {TYPE | TABLE (…)} [LANGUAGE SQL] AS '…'. */
const createFunction: StatementHandler = {
  heads: ['CREATE FUNCTION'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const { cursor, header } = createHeader(statement);
    if (cursor.isWord('AGGREGATE')) throw unsupported('aggregate functions of users');
    cursor.expectWord('FUNCTION');
    const tolerant = ifNotExists(cursor);
    const name = core.qualify(cursor.names());
    requirePlace(core, name);
    const parameters = cursor.list(() => typed(cursor));
    const key = keyOf(
      name,
      parameters.map(({ type }) => type),
    );
    const existing = core.objects.find('FUNCTION', key);
    if (existing && tolerant) return message(`${printName(name.name)} already exists, statement succeeded.`);
    if (existing && !header.replace) throw objectExists(printQualified(name));
    cursor.expectWord('RETURNS');
    const returns = cursor.takeWord('TABLE') ? cursor.list(() => typed(cursor)) : cursor.type();
    const { comment, body } = parseRest(cursor);
    parseFunctionBody(body);
    const properties: UserFunction = {
      name: name.name,
      parameters,
      returns,
      body,
      ...(comment === undefined ? {} : { comment }),
    };
    await core.objects.put({
      kind: 'FUNCTION',
      name: key,
      properties: { ...properties },
      owner: core.session.role,
      createdOn: core.now(),
    });
    return message(`Function ${printName(name.name)} successfully created.`);
  },
};

/** What may stand between the type and the body, and the body. */
function parseRest(cursor: Cursor): { comment: string | undefined; body: string } {
  let comment: string | undefined;
  while (!cursor.takeWord('AS')) {
    if (cursor.takeWord('LANGUAGE')) {
      const language = cursor.next().value;
      if (language.toUpperCase() !== 'SQL') throw unsupported(`functions in ${language}`);
    } else if (cursor.takeWord('COMMENT')) {
      cursor.takeSymbol('=');
      comment = cursor.string();
    } else if (!NO_EFFECT.some(([first, ...others]) => cursor.takeWord(first, ...others)))
      throw cursor.unexpected();
  }
  const body = cursor.string();
  cursor.expectEnd();
  return { comment, body };
}

const NO_EFFECT = [
  ['NOT', 'NULL'],
  ['CALLED', 'ON', 'NULL', 'INPUT'],
  ['VOLATILE'],
  ['IMMUTABLE'],
  ['MEMOIZABLE'],
] as const;

/** DROP FUNCTION [IF EXISTS] name(TYPE, …). */
const dropFunction: StatementHandler = {
  heads: ['DROP FUNCTION'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('DROP', 'FUNCTION');
    const tolerant = ifExists(cursor);
    const name = core.qualify(cursor.names());
    const key = keyOf(
      name,
      cursor.list(() => cursor.type()),
    );
    cursor.expectEnd();
    if (await core.objects.drop('FUNCTION', key)) {
      return message(`${printName(name.name)} successfully dropped.`);
    }
    if (!tolerant) throw missingObject('Function', printQualified(name));
    return message(`Drop statement executed successfully (${printName(name.name)} already dropped).`);
  },
};

/** SHOW [USER] FUNCTIONS: those that users made. */
const showFunctions: StatementHandler = {
  heads: ['SHOW FUNCTIONS', 'SHOW USER FUNCTIONS'],
  transaction: 'none',
  async run(context, statement): Promise<StatementResult> {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('SHOW');
    cursor.takeWord('USER');
    cursor.expectWord('FUNCTIONS');
    const filter = parseFilter(core, cursor, false);
    const count = (one: CatalogObject) => String(userFunction(one).parameters.length);
    return listing(
      [
        created,
        ['name', TEXT, (one) => userFunction(one).name],
        schemaName,
        fixedText('is_builtin', 'N'),
        fixedText('is_aggregate', 'N'),
        fixedText('is_ansi', 'N'),
        ['min_num_arguments', NUMBER, count],
        ['max_num_arguments', NUMBER, count],
        ['arguments', TEXT, signature],
        ['description', TEXT, (one) => userFunction(one).comment ?? 'user-defined function'],
        ['catalog_name', TEXT, (one) => one.name.database],
        ['is_table_function', TEXT, (one) => (Array.isArray(userFunction(one).returns) ? 'Y' : 'N')],
        fixedText('valid_for_clustering', 'N'),
        fixedText('is_secure', 'N'),
        fixedText('is_external_function', 'N'),
        fixedText('language', 'SQL'),
      ],
      filtered(core.objects.all('FUNCTION', scopeOf(filter)), filter),
    );
  },
};

function signature(one: CatalogObject): string {
  const { name, parameters, returns } = userFunction(one);
  const kind = (type: SqlType) => typeName(type).replace(/\(.*/, '');
  const given = parameters.map(({ type }) => kind(type)).join(', ');
  const result =
    'type' in returns ? kind(returns) : `TABLE (${returns.map(({ type }) => kind(type)).join(', ')})`;
  return `${name}(${given}) RETURN ${result}`;
}

/** CREATE, DROP and SHOW of functions in SQL. */
export const functionHandlers: readonly StatementHandler[] = [createFunction, dropFunction, showFunctions];
