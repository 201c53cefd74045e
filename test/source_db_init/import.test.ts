import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { SluiceError, type SourceConnection } from '../../lib/config/index.ts';
import { importSales, initializeSource } from '../../source_db_init/index.ts';
import { freshDatabase, temporaryFolder, withClient } from '../support/index.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const folder = temporaryFolder();
let connection: SourceConnection;

beforeAll(async () => {
  connection = await freshDatabase();
  await initializeSource(connection);
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function sales(): Promise<unknown[]> {
  return await withClient(connection, async (client) => {
    const result = await client.query({
      text: `SELECT invoiceno, stockcode, description, quantity, invoicedate::text, unitprice, customerid, country
             FROM ecommerce_sales AS s ORDER BY s.invoicedate`,
      rowMode: 'array',
    });
    return result.rows;
  });
}

async function failure(path: string): Promise<SluiceError> {
  const error = await importSales(connection, path).catch((raised: unknown) => raised);
  if (!(error instanceof SluiceError)) throw new Error(`Expected a SluiceError, got ${String(error)}`);
  return error;
}

const LINES = [
  '536365,85123A," PADDED, ""HEART"" ",6,12/1/2010 8:26,2.55,17850,United Kingdom',
  '536414,22139,,56,12/1/2010 11:52,0,,United Kingdom',
  'C536379,D,"",-1,12/10/2010 9:41,27.5,"",EIRE',
  'gift,gift_0001_40,Voucher £40.00,1,1/2/2011 0:00,0.001,14527,RSA',
];
const ROWS = [
  ['536365', '85123A', ' PADDED, "HEART" ', 6, '2010-12-01 08:26:00', '2.550', '17850', 'United Kingdom'],
  ['536414', '22139', null, 56, '2010-12-01 11:52:00', '0.000', null, 'United Kingdom'],
  ['C536379', 'D', null, -1, '2010-12-10 09:41:00', '27.500', null, 'EIRE'],
  ['gift', 'gift_0001_40', 'Voucher £40.00', 1, '2011-01-02 00:00:00', '0.001', '14527', 'RSA'],
];
const text = `${[HEADER, ...LINES].join('\n')}\n`;

test.each([
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
  ['ISO-8859-1', Buffer.from(text, 'latin1')],
  ['CRLF', Buffer.from(text.replaceAll('\n', '\r\n'))],
  ['no newline at the end', Buffer.from(text.trimEnd())],
  ['gzip, whatever its name', gzipSync(text)],
])('the same rows come out of %s', async (name, content) => {
  expect(await importSales(connection, file(`${name}.csv`, content))).toBe(4);
  expect(await sales()).toEqual(ROWS);
});

test('columns may stand in any order, and an import replaces the one before', async () => {
  const turned = [HEADER, ...LINES.slice(1, 2)].map((line) => line.split(',').reverse().join(','));
  expect(await importSales(connection, file('turned.csv', `${turned.join('\n')}\n`))).toBe(1);
  expect(await sales()).toEqual([ROWS[1]]);
});

test('progress ends at the size of the file', async () => {
  const path = file('progress.csv', text);
  const seen: { bytesRead: number; totalBytes: number }[] = [];
  await importSales(connection, path, { onProgress: (progress) => seen.push(progress) });
  expect(seen.at(-1)).toEqual({ bytesRead: Buffer.byteLength(text), totalBytes: Buffer.byteLength(text) });
});

describe('a file that cannot be imported changes nothing and says why', () => {
  beforeAll(async () => {
    await importSales(connection, file('good.csv', text));
  });

  test('a header of something else', async () => {
    const error = await failure(file('header.csv', `${HEADER.replace('Quantity', 'Qty')}\n`));
    expect([error.code, error.kind]).toEqual(['SALES_FILE_HEADER', 'usage']);
    expect(error.message).toContain('it lacks Quantity; "Qty" is unknown');
  });

  test('an empty file', async () => {
    expect((await failure(file('empty.csv', ''))).code).toBe('SALES_FILE_HEADER');
  });

  test('a value that does not fit, by line and column', async () => {
    const error = await failure(file('value.csv', text.replace(',-1,', ',minus one,')));
    expect([error.code, error.kind]).toEqual(['SALES_FILE_INVALID', 'usage']);
    expect(error.message).toContain('(line 4, column quantity: "minus one")');
    expect(await sales()).toEqual(ROWS);
  });

  test('a torn gzip', async () => {
    const error = await failure(file('torn.csv.gz', gzipSync(text.repeat(50)).subarray(0, -20)));
    expect(error.code).toBe('SALES_FILE_INVALID');
    expect(await sales()).toEqual(ROWS);
  });

  test('no file', async () => {
    expect((await failure(join(folder, 'nowhere.csv'))).code).toBe('SALES_FILE_MISSING');
  });
});

const real = join(
  process.env.SLUICE_DATA ?? resolve(import.meta.dirname, '../../../shared/data'),
  'online_retail.csv.gz',
);

test.runIf(existsSync(real))('the real file arrives to the last digit', async () => {
  expect(await importSales(connection, real)).toBe(541_909);
  const figures = await withClient(connection, async (client) => {
    const result = await client.query(`
      SELECT sum(quantity)::int AS quantity, sum(quantity * unitprice)::text AS amount,
        count(*) FILTER (WHERE description IS NULL)::int AS no_description,
        count(*) FILTER (WHERE customerid IS NULL)::int AS no_customer,
        count(*) FILTER (WHERE description <> trim(description))::int AS padded,
        count(*) FILTER (WHERE description LIKE '%£%')::int AS pounds,
        count(DISTINCT invoiceno)::int AS invoices, count(DISTINCT stockcode)::int AS codes,
        min(invoicedate)::text AS first, max(invoicedate)::text AS last
      FROM ecommerce_sales`);
    return result.rows;
  });
  expect(figures).toEqual([
    {
      quantity: 5_176_450,
      amount: '9747747.934',
      no_description: 1454,
      no_customer: 135_080,
      padded: 113_452,
      pounds: 32,
      invoices: 25_900,
      codes: 4070,
      first: '2010-12-01 08:26:00',
      last: '2011-12-09 12:50:00',
    },
  ]);
});
