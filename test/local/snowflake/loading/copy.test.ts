import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { CONTRACT_FORMAT, csvFile, type Room, room } from './room.ts';

let r: Room;
beforeAll(async () => {
  r = await room();
  await r.db.run(`CREATE FILE FORMAT CSV_PARTS ${CONTRACT_FORMAT}`);
});

const MATCHED = `FILE_FORMAT = (FORMAT_NAME = CSV_PARTS) MATCH_BY_COLUMN_NAME = CASE_SENSITIVE
  INCLUDE_METADATA = (_FILE = METADATA$FILENAME, _ROW = METADATA$FILE_ROW_NUMBER)`;

test('columns are matched by name, in another order in each file, with the file and row of each value', async () => {
  await r.db.run('CREATE TABLE M (A VARCHAR, B VARCHAR, C VARCHAR, _FILE VARCHAR, _ROW NUMBER(38,0))');
  await r.put(
    'in/m/1.csv.gz',
    csvFile(
      ['A', 'B'],
      [
        ['a1', 'b1'],
        [null, ''],
        ['\\N', 'x\\'],
      ],
    ),
  );
  await r.put('in/m/2.csv.gz', csvFile(['B', 'C', 'A'], [['b2', ' c ', 'a2\r\nq"\u00a3,']]));
  const copied = await r.db.run(`COPY INTO M FROM @STG/m/ FILES = ('1.csv.gz', '2.csv.gz') ${MATCHED}`);
  expect(
    copied.map(({ status, rows_parsed, rows_loaded, errors_seen }) => [
      status,
      rows_parsed,
      rows_loaded,
      errors_seen,
    ]),
  ).toEqual([
    ['LOADED', 3, 3, 0],
    ['LOADED', 1, 1, 0],
  ]);
  expect(copied[0]?.file).toBe(`s3://${r.bucket.bucket}/in/m/1.csv.gz`);
  expect(await r.db.run('SELECT * FROM M ORDER BY _FILE, _ROW')).toEqual([
    { A: 'a1', B: 'b1', C: null, _FILE: 'in/m/1.csv.gz', _ROW: 1 },
    { A: null, B: '', C: null, _FILE: 'in/m/1.csv.gz', _ROW: 2 },
    { A: '\\N', B: 'x\\', C: null, _FILE: 'in/m/1.csv.gz', _ROW: 3 },
    { A: 'a2\r\nq"\u00a3,', B: 'b2', C: ' c ', _FILE: 'in/m/2.csv.gz', _ROW: 1 },
  ]);
});

test('a file is loaded once, again when it has changed or with FORCE, and after TRUNCATE', async () => {
  await r.db.run('CREATE TABLE ONCE (A NUMBER)');
  await r.put('in/once/a.csv', '1\n2\n');
  const copy = 'COPY INTO ONCE FROM @STG/once/';
  const count = async () => (await r.db.run('SELECT COUNT(*) AS N FROM ONCE'))[0]?.N;
  expect((await r.db.run(copy))[0]).toMatchObject({ status: 'LOADED', rows_loaded: 2 });
  expect(await r.db.run(copy)).toEqual([{ status: 'Copy executed with 0 files processed.' }]);
  await r.put('in/once/a.csv', '3\n4\n5\n');
  await r.db.run(copy);
  expect(await count()).toBe(5);
  await r.db.run(`${copy} FORCE = TRUE`);
  expect(await count()).toBe(8);
  await r.db.run('TRUNCATE TABLE ONCE');
  await r.db.run(copy);
  expect(await count()).toBe(3);
  const history = await r.db.run(
    "SELECT STATUS, ROW_COUNT FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'ONCE', START_TIME => DATEADD(HOUR, -1, CURRENT_TIMESTAMP())))",
  );
  expect(history).toHaveLength(4);
});

test('a rolled-back COPY leaves neither rows nor load metadata', async () => {
  await r.db.run('CREATE TABLE BACK (A NUMBER)');
  await r.put('in/back/a.csv', '1\n');
  await r.db.run('BEGIN TRANSACTION');
  await r.db.run('COPY INTO BACK FROM @STG/back/');
  expect(await r.db.run('SELECT A FROM BACK')).toEqual([{ A: 1 }]);
  await r.db.run('ROLLBACK');
  expect(await r.db.run('SELECT A FROM BACK')).toEqual([]);
  await r.db.run('COPY INTO BACK FROM @STG/back/');
  expect(await r.db.run('SELECT A FROM BACK')).toEqual([{ A: 1 }]);
});

test('a COPY that fails inside a transaction leaves what was done before it', async () => {
  await r.db.run('CREATE TABLE KEPT (A NUMBER)');
  await r.put('in/kept/bad.csv', 'x\n');
  await r.db.run('BEGIN TRANSACTION');
  await r.db.run('INSERT INTO KEPT VALUES (7)');
  await expect(r.db.run('COPY INTO KEPT FROM @STG/kept/')).rejects.toThrow(
    /Numeric value 'x' is not recognized/,
  );
  await r.db.run('COMMIT');
  expect(await r.db.run('SELECT A FROM KEPT')).toEqual([{ A: 7 }]);
});

const quoted = `FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE_UNENCLOSED_FIELD = NONE)`;

test.each([
  [
    'a short row',
    'a,1\n"b\nb",2\nc\n',
    /Number of columns in file \(1\) does not match .*\(2\).*line 4.*Row 3/s,
  ],
  [
    'bad quoting',
    'a,1\n"b"x,2\n',
    /Found character 'x' instead of field delimiter ','.*line 2, character 4.*Row 2/s,
  ],
  ['an open quote', 'a,1\n"b,2\n', /End of file found inside an enclosed field.*line 3/s],
  [
    'a value that is no number',
    'a,1\n"b\nb",zwei\n',
    /Numeric value 'zwei' is not recognized.*line 2.*Row 2, column "BAD"\["N":2\]/s,
  ],
  [
    'text that is not UTF-8',
    Buffer.from([0x61, 0x2c, 0x31, 10, 0xff, 0xfe, 0x2c, 0x32, 10]),
    /Invalid UTF8.*line 2/s,
  ],
])('%s is an error that names file and line, and nothing is loaded', async (name, content, message) => {
  await r.db.run('CREATE OR REPLACE TABLE BAD (T VARCHAR, N NUMBER)');
  const key = `bad/${name.replaceAll(' ', '-')}.csv`;
  await r.put(`in/${key}`, content);
  const failed = r.db.run(`COPY INTO BAD FROM @STG/${key} ${quoted}`);
  await expect(failed).rejects.toThrow(message);
  await expect(failed).rejects.toThrow(`File 'in/${key}'`);
  expect(await r.db.run('SELECT * FROM BAD')).toEqual([]);
});

test('a corrupt or cut archive and a missing file are errors by name', async () => {
  await r.db.run('CREATE TABLE ZIP (A VARCHAR)');
  const whole = gzipSync('a\n'.repeat(10_000));
  await r.put('in/zip/cut.csv.gz', whole.subarray(0, whole.length - 12));
  await r.put('in/zip/no.csv.gz', 'not an archive');
  await expect(r.db.run("COPY INTO ZIP FROM @STG/zip/ FILES = ('cut.csv.gz')")).rejects.toThrow(
    /decompression.*in\/zip\/cut.csv.gz/s,
  );
  await expect(r.db.run("COPY INTO ZIP FROM @STG/zip/ FILES = ('no.csv.gz')")).rejects.toThrow(
    /decompression.*in\/zip\/no.csv.gz/s,
  );
  await expect(r.db.run("COPY INTO ZIP FROM @STG/zip/ FILES = ('none.csv.gz')")).rejects.toThrow(
    /in\/zip\/none.csv.gz' was not found/,
  );
  expect(await r.db.run('SELECT * FROM ZIP')).toEqual([]);
});

test('ON_ERROR = CONTINUE leaves the bad rows out, SKIP_FILE the bad files', async () => {
  await r.put('in/err/1.csv', 'a,1\nb,x\nc\nd,4\n');
  await r.put('in/err/2.csv', 'e,5\n');
  await r.db.run('CREATE TABLE E1 (T VARCHAR, N NUMBER)');
  expect(await r.db.run(`COPY INTO E1 FROM @STG/err/ ON_ERROR = CONTINUE ${quoted}`)).toMatchObject([
    {
      status: 'PARTIALLY_LOADED',
      rows_parsed: 4,
      rows_loaded: 2,
      errors_seen: 2,
      first_error_line: 2,
      first_error: "Numeric value 'x' is not recognized",
    },
    { status: 'LOADED', rows_loaded: 1 },
  ]);
  expect(await r.db.run('SELECT T FROM E1 ORDER BY T')).toEqual([{ T: 'a' }, { T: 'd' }, { T: 'e' }]);
  await r.db.run('CREATE TABLE E2 (T VARCHAR, N NUMBER)');
  expect(await r.db.run(`COPY INTO E2 FROM @STG/err/ ON_ERROR = SKIP_FILE ${quoted}`)).toMatchObject([
    { status: 'LOAD_FAILED', rows_loaded: 0 },
    { status: 'LOADED', rows_loaded: 1 },
  ]);
  expect(await r.db.run('SELECT T FROM E2')).toEqual([{ T: 'e' }]);
  await r.db.run('CREATE TABLE E3 (T VARCHAR, N NUMBER)');
  expect(
    await r.db.run(`COPY INTO E3 FROM @STG/err/ VALIDATION_MODE = RETURN_ERRORS ${quoted}`),
  ).toMatchObject([
    { ERROR: "Numeric value 'x' is not recognized", LINE: 2, COLUMN_NAME: '"E3"["N":2]' },
    { CODE: 100080, LINE: 3 },
  ]);
  expect(await r.db.run('SELECT * FROM E3')).toEqual([]);
});

test('values become what their columns are', async () => {
  await r.db.run(
    'CREATE TABLE TYPED (I NUMBER(10,2), F FLOAT, B BOOLEAN, D DATE, TS TIMESTAMP_NTZ, BIN BINARY, V VARIANT, T VARCHAR(5))',
  );
  await r.put(
    'in/typed.csv',
    '"12.345","1e3","yes","2024-02-29","2024-02-29 12:34:56.789","DEADBEEF","{""a"": [1]}","short"\n',
  );
  await r.db.run(`COPY INTO TYPED FROM @STG/typed.csv ${quoted}`);
  const [row] = await r.db.run(
    "SELECT I, F, B, TO_VARCHAR(D) AS D, TO_VARCHAR(TS, 'YYYY-MM-DD HH24:MI:SS.FF3') AS TS, HEX_ENCODE(BIN) AS BIN, V:a[0]::NUMBER AS V, T FROM TYPED",
  );
  expect(row).toEqual({
    I: 12.35,
    F: 1000,
    B: true,
    D: '2024-02-29',
    TS: '2024-02-29 12:34:56.789',
    BIN: 'DEADBEEF',
    V: 1,
    T: 'short',
  });
  await r.put('in/long.csv', '"1","1","t","2024-01-01","2024-01-01","","1","too long"\n');
  await expect(r.db.run(`COPY INTO TYPED FROM @STG/long.csv ${quoted}`)).rejects.toThrow(
    /User character length limit \(5\) exceeded/,
  );
  await r.db.run(`COPY INTO TYPED FROM @STG/long.csv ${quoted} TRUNCATECOLUMNS = TRUE`);
  expect(await r.db.run('SELECT T FROM TYPED WHERE I = 1')).toEqual([{ T: 'too l' }]);
});

test('a stage can be listed and read, and JSON loaded through a query', async () => {
  await r.put(
    'in/json/a.json',
    '{"id": 12345678901234567890, "n": null}\n{"id": 2, "list": [1, {"x": "\\u00e9"}]}\n',
  );
  expect((await r.db.run('LIST @STG/json/')).map(({ name, size }) => [name, size])).toEqual([
    [`s3://${r.bucket.bucket}/in/json/a.json`, 80],
  ]);
  await r.db.run('CREATE FILE FORMAT J TYPE = JSON');
  const read = await r.db.run(
    "SELECT $1:id::VARCHAR AS ID, METADATA$FILENAME AS F, METADATA$FILE_ROW_NUMBER AS N FROM @STG/json/ (FILE_FORMAT => 'J') ORDER BY N",
  );
  expect(read).toEqual([
    { ID: '12345678901234567890', F: 'in/json/a.json', N: 1 },
    { ID: '2', F: 'in/json/a.json', N: 2 },
  ]);
  await r.db.run('CREATE TABLE DOCS (DOC VARIANT, _FILE VARCHAR)');
  await r.db.run(
    'COPY INTO DOCS (DOC, _FILE) FROM (SELECT $1, METADATA$FILENAME FROM @STG/json/) FILE_FORMAT = (FORMAT_NAME = J)',
  );
  expect(
    await r.db.run('SELECT DOC:list[1].x::VARCHAR AS X, _FILE FROM DOCS ORDER BY DOC:id::VARCHAR DESC'),
  ).toEqual([
    { X: '\u00e9', _FILE: 'in/json/a.json' },
    { X: null, _FILE: 'in/json/a.json' },
  ]);
});

test('places that the integration does not allow are refused, and unknown options are errors', async () => {
  await expect(
    r.db.run("CREATE STAGE FOREIGN_STAGE URL = 's3://elsewhere/' STORAGE_INTEGRATION = I"),
  ).rejects.toThrow(/Location 's3:\/\/elsewhere\/' is not allowed by integration I/);
  await expect(r.db.run('CREATE FILE FORMAT F TYPE = CSV NO_SUCH = 1')).rejects.toThrow(
    /invalid option 'NO_SUCH'/,
  );
  await expect(r.db.run('COPY INTO M FROM @STG NO_SUCH = 1')).rejects.toThrow(/invalid option 'NO_SUCH'/);
});

test("the integration's user and external id stay when it is altered", async () => {
  const described = async () => {
    const rows = await r.db.run('DESC INTEGRATION I');
    return Object.fromEntries(rows.map(({ property, property_value }) => [String(property), property_value]));
  };
  const before = await described();
  expect(before.STORAGE_AWS_IAM_USER_ARN).toMatch(/^arn:aws:iam::\d{12}:user\//);
  await r.db.run(
    `ALTER STORAGE INTEGRATION I SET STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::1:role/other' ENABLED = TRUE STORAGE_ALLOWED_LOCATIONS = ('s3://${r.bucket.bucket}/')`,
  );
  const after = await described();
  expect(after.STORAGE_AWS_ROLE_ARN).toBe('arn:aws:iam::1:role/other');
  expect(after.STORAGE_AWS_IAM_USER_ARN).toBe(before.STORAGE_AWS_IAM_USER_ARN);
  expect(after.STORAGE_AWS_EXTERNAL_ID).toBe(before.STORAGE_AWS_EXTERNAL_ID);
});

test('hundreds of small files are one COPY', async () => {
  await r.db.run('CREATE TABLE MANY (A VARCHAR, _FILE VARCHAR, _ROW NUMBER)');
  const names = Array.from({ length: 300 }, (_, index) => `${index}.csv.gz`);
  await Promise.all(
    names.map((name, index) => r.put(`in/many/${name}`, csvFile(['A'], [[`a${index}`], [`b${index}`]]))),
  );
  const rows = await r.db.run(
    `COPY INTO MANY FROM @STG/many/ FILES = (${names.map((name) => `'${name}'`).join(', ')}) ${MATCHED}`,
  );
  expect(rows).toHaveLength(300);
  expect(
    await r.db.run('SELECT COUNT(*) AS N, COUNT(DISTINCT _FILE) AS F, SUM(_ROW) AS S FROM MANY'),
  ).toEqual([{ N: 600, F: 300, S: 900 }]);
});
