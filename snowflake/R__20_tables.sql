-- for each table
-- Everything lands as text, so that a value can never stop a load.
CREATE TABLE IF NOT EXISTS {{ landing_table }} (
  {{ landing_columns }},
  _FILE VARCHAR,
  _ROW NUMBER(38, 0)
);

CREATE TABLE IF NOT EXISTS {{ raw_table }} (
  {{ raw_columns }},
  _RUN_ID VARCHAR,
  _WINDOW VARCHAR,
  _FILE VARCHAR,
  _ROW NUMBER(38, 0),
  _LOADED_AT TIMESTAMP_LTZ(6)
);

-- end for each
BEGIN TRANSACTION;

DELETE FROM {{ ops }}.CONTRACT_COLUMNS;

-- for each table
INSERT INTO {{ ops }}.CONTRACT_COLUMNS (TABLE_NAME, COLUMN_NAME, TARGET_TYPE)
VALUES
{{ contract_rows }};

-- end for each
COMMIT;
