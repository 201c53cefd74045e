import {
  Cursor,
  compilationError,
  type Expression,
  parseExpression,
  SqlError,
  TEXT,
  unsupported,
} from '../../../sql/index.ts';
import { StatementContext } from '../context.ts';
import { missingObject } from '../errors.ts';
import { literal, printName } from '../names.ts';
import { readResult } from '../rows.ts';
import type { StatementHandler } from '../statement.ts';
import { emit } from '../translate/expression.ts';
import { dynamicName } from '../translate/from.ts';
import { beginTranslation } from '../translate/index.ts';
import { Scope } from '../translate/scope.ts';
import { parameterDefaults } from '../wire/parameters.ts';
import { readOptions } from './header.ts';
import { done } from './result.ts';

/** A name that may be IDENTIFIER($x) or IDENTIFIER('…'). */
async function targetName(context: StatementContext, cursor: Cursor): Promise<string[]> {
  if (cursor.isWord('IDENTIFIER') && cursor.isSymbol('(', 1)) {
    cursor.next();
    cursor.expectSymbol('(');
    const value = parseExpression(cursor);
    cursor.expectSymbol(')');
    const translation = await beginTranslation(context, value);
    return dynamicName(value, new Scope(), translation).map((part) => part.name);
  }
  return cursor.names();
}

/** USE [DATABASE|SCHEMA|WAREHOUSE|ROLE] name, USE SECONDARY ROLES …. */
const use: StatementHandler = {
  heads: ['USE'],
  transaction: 'none',
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('USE');
    if (cursor.takeWord('SECONDARY', 'ROLES')) return done();
    const kind = ['DATABASE', 'SCHEMA', 'WAREHOUSE', 'ROLE'].find((word) => cursor.takeWord(word));
    const parts = await targetName(core, cursor);
    cursor.expectEnd();
    const name = parts.at(-1) ?? '';
    if (kind === 'WAREHOUSE' || kind === 'ROLE') {
      if (!core.objects.find(kind, { database: '', schema: '', name })) {
        const label = kind === 'ROLE' ? 'Role' : 'Warehouse';
        throw new SqlError(
          '002043',
          '02000',
          `SQL compilation error:\n${label} '${printName(name)}' does not exist or not authorized.`,
        );
      }
      if (kind === 'ROLE') core.session.role = name;
      else core.session.warehouse = name;
    } else if (kind === 'SCHEMA' || parts.length === 2) {
      useSchema(core, parts);
    } else {
      useDatabase(core, name);
    }
    return done();
  },
};

function useDatabase(context: StatementContext, name: string): void {
  if (!context.objects.find('DATABASE', { database: '', schema: '', name })) {
    throw missingObject('Database', printName(name));
  }
  context.session.database = name;
  const hasPublic = context.objects.find('SCHEMA', { database: name, schema: '', name: 'PUBLIC' });
  context.session.schema = hasPublic ? 'PUBLIC' : null;
}

function useSchema(context: StatementContext, parts: readonly string[]): void {
  const name = parts.at(-1) ?? '';
  const database = parts.length > 1 ? (parts[0] ?? '') : context.qualify(['_', name]).database;
  if (!context.objects.find('SCHEMA', { database, schema: '', name })) {
    throw missingObject('Schema', `${printName(database)}.${printName(name)}`);
  }
  context.session.database = database;
  context.session.schema = name;
}

/** Runs an expression by itself and gives its value and type. */
async function evaluate(context: StatementContext, value: Expression) {
  const translation = await beginTranslation(context, value);
  const emitted = emit(value, new Scope(), translation);
  const result = await readResult(await context.duck.stream(`SELECT ${emitted.sql}`), [
    emitted.type && { name: 'V', nullable: true, ...emitted.type },
  ]);
  const type = result.columns[0];
  return { value: result.rows[0]?.[0] ?? null, type: type ?? { ...TEXT } };
}

/** SET name = expression, SET (a, b) = (x, y). */
const set: StatementHandler = {
  heads: ['SET'],
  transaction: 'none',
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('SET');
    const names = cursor.isSymbol('(')
      ? cursor.list(() => cursor.identifier().name)
      : [cursor.identifier().name];
    cursor.expectSymbol('=');
    const value = parseExpression(cursor);
    cursor.expectEnd();
    const values = names.length === 1 ? [value] : value.kind === 'tuple' ? value.items : [];
    if (values.length !== names.length) throw compilationError('SET: as many values as variables are needed');
    for (const [index, name] of names.entries()) {
      const one = values[index];
      if (one === undefined) continue;
      const { value: text, type } = await evaluate(core, one);
      core.session.variables.set(name, text === null ? null : fromWire(text, type.type));
      core.owner.variableTypes.set(name, type);
    }
    return done();
  },
};

/** The wire's form of dates and booleans as the text that SQL reads. */
function fromWire(text: string, type: string): string {
  if (type === 'BOOLEAN') return text === '1' ? 'true' : 'false';
  if (type === 'DATE') return new Date(Number(text) * 86_400_000).toISOString().slice(0, 10);
  if (type.startsWith('TIMESTAMP')) {
    const [seconds = '0', fraction = ''] = (text.split(' ')[0] ?? '').split('.');
    const base = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
    return `${base}.${fraction.slice(0, 6)}${type === 'TIMESTAMP_NTZ' ? '' : '+00'}`;
  }
  return text;
}

const unset: StatementHandler = {
  heads: ['UNSET'],
  transaction: 'none',
  async run(context, statement) {
    const cursor = new Cursor(statement);
    cursor.expectWord('UNSET');
    const names = cursor.isSymbol('(')
      ? cursor.list(() => cursor.identifier().name)
      : [cursor.identifier().name];
    for (const name of names) context.session.variables.delete(name);
    return done();
  },
};

/** ALTER SESSION SET|UNSET: recorded; TIMEZONE also changes what the session computes. */
const alterSession: StatementHandler = {
  heads: ['ALTER SESSION'],
  transaction: 'none',
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('ALTER', 'SESSION');
    const sets = cursor.takeWord('SET');
    if (!sets) cursor.expectWord('UNSET');
    for (const [name, value] of readOptions(cursor)) {
      if (name === 'AUTOCOMMIT' && value.toUpperCase() === 'FALSE') throw unsupported('AUTOCOMMIT = FALSE');
      if (sets) core.session.parameters.set(name, value);
      else core.session.parameters.delete(name);
      if (name === 'TIMEZONE') {
        const zone = sets ? value : String(parameterDefaults().TIMEZONE);
        await core.duck.run(`SET TimeZone = ${literal(zone)}`);
      }
    }
    return done();
  },
};

export const sessionHandlers: readonly StatementHandler[] = [use, set, unset, alterSession];
