import {
  Cursor,
  compilationError,
  parseExpression,
  type SqlType,
  typeName,
  unsupported,
} from '../../../sql/index.ts';
import { createDuckTable, duckDefault, refuseTwins } from '../catalog/create-table.ts';
import { refuseChangesOf } from '../catalog/dynamic.ts';
import { moveGrants } from '../catalog/grants.ts';
import { announce, moveTable, requirePlace } from '../catalog/lifecycle.ts';
import { type TableColumn, tableOrView, tableProperties } from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import { invalidIdentifier, missingObject, objectExists } from '../errors.ts';
import { duckName, duckTable, printName, printQualified, quote } from '../names.ts';
import type { CatalogObject, QualifiedName, StatementHandler } from '../statement.ts';
import { assignTo } from '../translate/casts.ts';
import { duckType } from '../types.ts';
import { parseColumn, parseTableConstraint } from './column-definition.ts';
import { ifExists, ifNotExists, readGroup, readOptions } from './header.ts';
import { done } from './result.ts';

/** ALTER TABLE. */
export const alterTableHandler: StatementHandler = {
  heads: ['ALTER TABLE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('ALTER', 'TABLE');
    const tolerant = ifExists(cursor);
    const name = core.qualify(cursor.names());
    await core.lock(name);
    const table = core.objects.find('TABLE', name);
    if (table === undefined) {
      if (tolerant) return done();
      throw missingObject('Table', printQualified(name));
    }
    await changeTable(core, cursor, table);
    return done();
  },
};

/** What stands after the name in ALTER TABLE; a dynamic table has only part of it. */
export async function changeTable(
  core: StatementContext,
  cursor: Cursor,
  table: CatalogObject,
): Promise<void> {
  const ofColumns = cursor.isWord('ADD') || (cursor.isWord('DROP') && !cursor.isWord('DROP', 'CLUSTERING'));
  if (ofColumns) refuseChangesOf(table);
  await new TableChange(core, cursor, table).run();
}

class TableChange {
  readonly #core: StatementContext;
  readonly #cursor: Cursor;
  #table: CatalogObject;

  constructor(core: StatementContext, cursor: Cursor, table: CatalogObject) {
    this.#core = core;
    this.#cursor = cursor;
    this.#table = table;
  }

  get #columns(): readonly TableColumn[] {
    return tableProperties(this.#table).columns;
  }

  async run(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor.takeWord('RENAME', 'TO')) await this.#rename();
    else if (cursor.takeWord('SWAP', 'WITH')) await this.#swap();
    else if (cursor.takeWord('RENAME', 'COLUMN')) await this.#renameColumn();
    else if (cursor.takeWord('ADD')) await this.#add();
    else if (cursor.takeWord('DROP')) await this.#drop();
    else if (cursor.takeWord('ALTER') || cursor.takeWord('MODIFY')) await this.#alterColumns();
    else if (cursor.takeWord('CLUSTER', 'BY')) await this.#record({ clusterBy: readGroup(cursor) });
    else if (cursor.takeWord('SUSPEND', 'RECLUSTER') || cursor.takeWord('RESUME', 'RECLUSTER')) return;
    else if (cursor.isWord('SET') || cursor.isWord('UNSET')) await this.#properties();
    else throw unsupported(`ALTER TABLE … ${cursor.peek()?.text ?? ''}`);
    cursor.expectEnd();
  }

  async #record(properties: CatalogObject['properties']): Promise<void> {
    this.#table = { ...this.#table, properties: { ...this.#table.properties, ...properties } };
    await this.#core.objects.put(this.#table);
  }

  async #duck(change: string): Promise<void> {
    await this.#core.duck.run(`ALTER TABLE ${duckTable(this.#table.name)} ${change}`);
  }

  async #rename(): Promise<void> {
    const to = this.#core.qualify(this.#cursor.names());
    requirePlace(this.#core, to);
    await this.#core.lock(to);
    if (this.#core.objects.find('TABLE', to) ?? this.#core.objects.find('VIEW', to))
      throw objectExists(printQualified(to));
    await announce(this.#core, { kind: 'renamed', name: this.#table.name, to });
    await moveTable(this.#core, this.#table, to);
    await moveGrants(this.#core, this.#table.name, to);
  }

  async #swap(): Promise<void> {
    const core = this.#core;
    const other = core.qualify(this.#cursor.names());
    await core.lock(other);
    const second = tableOrView(core, other);
    if (second.kind !== 'TABLE') throw missingObject('Table', printQualified(other));
    const first = this.#table;
    await announce(core, { kind: 'swapped', name: first.name, to: other });
    const aside: QualifiedName = { ...first.name, name: `${first.name.name}#swap` };
    await moveTable(core, first, aside);
    await moveTable(core, second, first.name);
    await moveTable(core, { ...first, name: aside }, other);
  }

  #column(name: string): TableColumn {
    const found = this.#columns.find((column) => column.name === name);
    if (found === undefined) throw invalidIdentifier(printName(name));
    return found;
  }

  async #replace(name: string, changed: TableColumn): Promise<void> {
    await this.#record({ columns: this.#columns.map((column) => (column.name === name ? changed : column)) });
  }

  async #renameColumn(): Promise<void> {
    const from = this.#column(this.#cursor.identifier().name);
    this.#cursor.expectWord('TO');
    const to = this.#cursor.identifier().name;
    refuseTwins([...this.#columns.filter((column) => column !== from), { name: to }]);
    await this.#duck(`RENAME COLUMN ${quote(from.name)} TO ${quote(to)}`);
    await this.#replace(from.name, { ...from, name: to });
  }

  async #add(): Promise<void> {
    const cursor = this.#cursor;
    if (['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'FOREIGN'].some((word) => cursor.isWord(word))) {
      const key = parseTableConstraint(cursor);
      const names = key?.columns ?? [];
      await this.#record({
        columns: this.#columns.map((column) =>
          key && names.includes(column.name) ? { ...column, [key.kind]: true } : column,
        ),
      });
      return;
    }
    for (const refused of ['SEARCH', 'ROW']) {
      if (cursor.isWord(refused)) throw unsupported(`ALTER TABLE … ADD ${refused}`);
    }
    cursor.takeWord('COLUMN');
    const added: TableColumn[] = [];
    do {
      const tolerant = ifNotExists(cursor);
      const column = parseColumn(cursor);
      if (tolerant && this.#columns.some((one) => one.name === column.name)) continue;
      added.push(column);
    } while (cursor.takeSymbol(','));
    refuseTwins([...this.#columns, ...added]);
    const [first] = added;
    const plain = first?.nullable && first.default === undefined && first.identity === undefined;
    if (added.length === 1 && first && plain) {
      await this.#duck(`ADD COLUMN ${quote(first.name)} ${duckType(first)}`);
    } else if (added.length > 0) {
      await this.#rebuild([...this.#columns, ...added]);
    }
    await this.#record({ columns: [...this.#columns, ...added] });
  }

  /** Makes the table anew with more columns: DuckDB cannot fill a column and alter the table again in one transaction. */
  async #rebuild(columns: readonly TableColumn[]): Promise<void> {
    const { name } = this.#table;
    const old = this.#columns.map((column) => quote(column.name)).join(', ');
    const aside: QualifiedName = { ...name, name: `${name.name}#new` };
    const { duck } = this.#core;
    await createDuckTable(this.#core, aside, columns);
    await duck.run(`INSERT INTO ${duckTable(aside)} (${old}) SELECT ${old} FROM ${duckTable(name)}`);
    await duck.run(`DROP TABLE ${duckTable(name)}`);
    await duck.run(`ALTER TABLE ${duckTable(aside)} RENAME TO ${quote(duckName(name.name))}`);
  }

  async #drop(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor.takeWord('CLUSTERING', 'KEY')) {
      await this.#record({ clusterBy: undefined });
      return;
    }
    if (cursor.takeWord('PRIMARY', 'KEY')) {
      await this.#record({ columns: this.#columns.map(({ primaryKey: _, ...column }) => column) });
      return;
    }
    if (cursor.takeWord('CONSTRAINT') || cursor.takeWord('UNIQUE') || cursor.takeWord('FOREIGN')) {
      cursor.rest();
      return;
    }
    cursor.takeWord('COLUMN');
    const tolerant = ifExists(cursor);
    do {
      const name = cursor.identifier().name;
      if (tolerant && !this.#columns.some((column) => column.name === name)) continue;
      this.#column(name);
      await this.#duck(`DROP COLUMN ${quote(name)}`);
      await this.#record({ columns: this.#columns.filter((column) => column.name !== name) });
    } while (cursor.takeSymbol(','));
  }

  async #alterColumns(): Promise<void> {
    const cursor = this.#cursor;
    const grouped = cursor.takeSymbol('(');
    do {
      cursor.takeWord('COLUMN');
      await this.#alterColumn(this.#column(cursor.identifier().name));
    } while (cursor.takeSymbol(','));
    if (grouped) cursor.expectSymbol(')');
  }

  async #alterColumn(column: TableColumn): Promise<void> {
    const cursor = this.#cursor;
    const name = quote(column.name);
    if (!cursor.isWord('COMMENT') && !cursor.isWord('UNSET', 'COMMENT')) refuseChangesOf(this.#table);
    if (cursor.takeWord('SET', 'NOT', 'NULL') || cursor.takeWord('NOT', 'NULL')) {
      await this.#duck(`ALTER COLUMN ${name} SET NOT NULL`);
      await this.#replace(column.name, { ...column, nullable: false });
    } else if (cursor.takeWord('DROP', 'NOT', 'NULL') || cursor.takeWord('NULL')) {
      await this.#duck(`ALTER COLUMN ${name} DROP NOT NULL`);
      await this.#replace(column.name, { ...column, nullable: true });
    } else if (cursor.takeWord('DROP', 'DEFAULT')) {
      await this.#duck(`ALTER COLUMN ${name} DROP DEFAULT`);
      const { default: _, ...rest } = column;
      await this.#replace(column.name, rest);
    } else if (cursor.takeWord('SET', 'DEFAULT')) {
      const mark = cursor.position;
      parseExpression(cursor);
      const changed = { ...column, default: cursor.textFrom(mark) };
      await this.#duck(`ALTER COLUMN ${name} SET DEFAULT ${await duckDefault(this.#core, changed)}`);
      await this.#replace(column.name, changed);
    } else if (cursor.takeWord('COMMENT')) {
      await this.#replace(column.name, { ...column, comment: cursor.string() });
    } else if (cursor.takeWord('UNSET', 'COMMENT')) {
      const { comment: _, ...rest } = column;
      await this.#replace(column.name, rest);
    } else {
      if (!cursor.takeWord('SET', 'DATA', 'TYPE')) cursor.takeWord('TYPE');
      if (cursor.isWord('SET') || cursor.isWord('UNSET'))
        throw unsupported('masking policies and tags of columns');
      await this.#setType(column, cursor.type());
    }
  }

  /** Snowflake widens texts, and numbers in their precision; anything else it refuses. */
  async #setType(column: TableColumn, type: SqlType): Promise<void> {
    const widens =
      type.type === column.type &&
      (type.type !== 'FIXED' || type.scale === column.scale) &&
      (type.type !== 'TEXT' ||
        (type.length ?? Number.POSITIVE_INFINITY) >= (column.length ?? Number.POSITIVE_INFINITY));
    if (!widens) {
      throw compilationError(
        `cannot change column ${printName(column.name)} from type ${typeName(column)} to ${typeName(type)}`,
        '002108',
        '22000',
      );
    }
    if (duckType(type) !== duckType(column)) {
      const using = assignTo({ sql: quote(column.name), type: column }, type);
      await this.#duck(`ALTER COLUMN ${quote(column.name)} SET DATA TYPE ${duckType(type)} USING ${using}`);
    }
    const { precision: _p, scale: _s, length: _l, ...rest } = column;
    await this.#replace(column.name, { ...rest, ...type });
  }

  async #properties(): Promise<void> {
    const cursor = this.#cursor;
    const sets = cursor.takeWord('SET');
    if (!sets) cursor.expectWord('UNSET');
    const properties: Record<string, unknown> = { ...this.#table.properties };
    for (const [name, value] of readOptions(cursor)) {
      if (name === 'COMMENT') properties.comment = sets ? value : undefined;
      else if (name === 'CHANGE_TRACKING') properties.changeTracking = sets && value.toUpperCase() === 'TRUE';
      else if (name === 'DATA_RETENTION_TIME_IN_DAYS') properties.retentionDays = sets ? Number(value) : 1;
      else if (
        name !== 'TAG' &&
        name !== 'ENABLE_SCHEMA_EVOLUTION' &&
        name !== 'MAX_DATA_EXTENSION_TIME_IN_DAYS'
      ) {
        throw unsupported(`the table option ${name}`);
      }
    }
    await this.#core.objects.put({ ...this.#table, properties });
  }
}
