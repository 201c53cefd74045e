-- A graph may be changed only while its root rests. Tasks are made suspended; the root is the last to be resumed.
ALTER TASK IF EXISTS {{ ops }}.IMPORT SUSPEND;

-- IMPORT: what the pipe has brought becomes loads to be done.
CREATE OR REPLACE TASK {{ ops }}.IMPORT
  WAREHOUSE = {{ warehouse }}
  USER_TASK_TIMEOUT_MS = 3600000
  TASK_AUTO_RETRY_ATTEMPTS = 2
  WHEN SYSTEM$STREAM_HAS_DATA({{ manifests_stream }})
AS
BEGIN
  BEGIN TRANSACTION;

  -- A manifest may arrive twice: a load is staged once.
  INSERT INTO {{ ops }}.LOADS (
    RUN_ID, TABLE_NAME, WINDOW_ID, MODE, WINDOW_START, WINDOW_END, TIMEZONE, CURSOR_LOW, CURSOR_HIGH,
    EXTRACTED_AT, MANIFEST_FILE, STATUS, ROWS_EXTRACTED, STAGED_AT
  )
  SELECT
    arrived.RUN_ID,
    arrived.TABLE_NAME,
    arrived.WINDOW_ID,
    arrived.MODE,
    arrived.WINDOW_START,
    arrived.WINDOW_END,
    arrived.TIMEZONE,
    arrived.CURSOR_LOW,
    arrived.CURSOR_HIGH,
    arrived.EXTRACTED_AT,
    arrived.MANIFEST_FILE,
    'staged' AS STATUS,
    arrived.ROWS_EXTRACTED,
    CURRENT_TIMESTAMP() AS STAGED_AT
  FROM (
    SELECT
      MANIFEST:runId::VARCHAR AS RUN_ID,
      MANIFEST:table::VARCHAR AS TABLE_NAME,
      MANIFEST:window.id::VARCHAR AS WINDOW_ID,
      MANIFEST:mode::VARCHAR AS MODE,
      MANIFEST:window['start']::VARCHAR AS WINDOW_START,
      MANIFEST:window['end']::VARCHAR AS WINDOW_END,
      MANIFEST:window.timezone::VARCHAR AS TIMEZONE,
      MANIFEST:cursor.low::VARCHAR AS CURSOR_LOW,
      MANIFEST:cursor.high::VARCHAR AS CURSOR_HIGH,
      MANIFEST:extractedAt::VARCHAR AS EXTRACTED_AT,
      MANIFEST:totalRows::NUMBER(38, 0) AS ROWS_EXTRACTED,
      _FILE AS MANIFEST_FILE
    FROM {{ ops }}.MANIFESTS_STREAM
  ) AS arrived
  LEFT JOIN {{ ops }}.LOADS AS known
    ON
      known.RUN_ID = arrived.RUN_ID
      AND known.TABLE_NAME = arrived.TABLE_NAME
      AND known.WINDOW_ID = arrived.WINDOW_ID
  WHERE known.RUN_ID IS NULL
  QUALIFY
    ROW_NUMBER() OVER (
      PARTITION BY arrived.RUN_ID, arrived.TABLE_NAME, arrived.WINDOW_ID
      ORDER BY arrived.MANIFEST_FILE
    ) = 1;

  INSERT INTO {{ ops }}.FILES (RUN_ID, TABLE_NAME, WINDOW_ID, FILE, ROWS_EXTRACTED, BYTES, SHA256)
  SELECT
    named.RUN_ID,
    named.TABLE_NAME,
    named.WINDOW_ID,
    named.FILE,
    named.ROWS_EXTRACTED,
    named.BYTES,
    named.SHA256
  FROM (
    SELECT
      loads.RUN_ID,
      loads.TABLE_NAME,
      loads.WINDOW_ID,
      entry.VALUE:key::VARCHAR AS FILE,
      entry.VALUE:rows::NUMBER(38, 0) AS ROWS_EXTRACTED,
      entry.VALUE:bytes::NUMBER(38, 0) AS BYTES,
      entry.VALUE:sha256::VARCHAR AS SHA256
    FROM {{ ops }}.LOADS AS loads
    INNER JOIN {{ ops }}.MANIFESTS AS manifests ON manifests._FILE = loads.MANIFEST_FILE,
      LATERAL FLATTEN(INPUT => manifests.MANIFEST:files) AS entry
    WHERE loads.STATUS = 'staged'
  ) AS named
  LEFT JOIN {{ ops }}.FILES AS known ON known.FILE = named.FILE
  WHERE known.FILE IS NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY named.FILE ORDER BY named.RUN_ID) = 1;

  -- A column that the contract does not know would be left out silently by COPY.
  UPDATE {{ ops }}.LOADS
  SET
    STATUS = 'failed',
    ERROR = 'The contract does not know ' || unknown.COLUMN_NAMES || ': record it and provision again, then extract again.',
    FINISHED_AT = CURRENT_TIMESTAMP()
  FROM (
    SELECT
      brought.RUN_ID,
      brought.TABLE_NAME,
      brought.WINDOW_ID,
      LISTAGG(brought.COLUMN_NAME, ', ') AS COLUMN_NAMES
    FROM (
      SELECT
        loads.RUN_ID,
        loads.TABLE_NAME,
        loads.WINDOW_ID,
        entry.VALUE:target::VARCHAR AS COLUMN_NAME
      FROM {{ ops }}.LOADS AS loads
      INNER JOIN {{ ops }}.MANIFESTS AS manifests ON manifests._FILE = loads.MANIFEST_FILE,
        LATERAL FLATTEN(INPUT => manifests.MANIFEST:columns) AS entry
      WHERE loads.STATUS = 'staged'
    ) AS brought
    LEFT JOIN {{ ops }}.CONTRACT_COLUMNS AS known
      ON known.TABLE_NAME = brought.TABLE_NAME AND known.COLUMN_NAME = brought.COLUMN_NAME
    WHERE known.COLUMN_NAME IS NULL
    GROUP BY brought.RUN_ID, brought.TABLE_NAME, brought.WINDOW_ID
  ) AS unknown
  WHERE
    LOADS.RUN_ID = unknown.RUN_ID
    AND LOADS.TABLE_NAME = unknown.TABLE_NAME
    AND LOADS.WINDOW_ID = unknown.WINDOW_ID;

  -- A manifest speaks for the files of its own table only, by plain names that need no quoting.
  UPDATE {{ ops }}.LOADS
  SET
    STATUS = 'failed',
    ERROR = 'The manifest names a file that is not of this table: ' || foreign_file.FILE,
    FINISHED_AT = CURRENT_TIMESTAMP()
  FROM (
    SELECT
      RUN_ID,
      TABLE_NAME,
      WINDOW_ID,
      MIN(FILE) AS FILE
    FROM {{ ops }}.LOAD_FILES
    WHERE
      STATUS = 'staged'
      AND NOT (
        STARTSWITH(FILE, {{ prefix }} || 'data/' || TABLE_NAME || '/')
        AND REGEXP_LIKE(SUBSTR(FILE, LENGTH({{ prefix }}) + 1), '^[A-Za-z0-9_=/.-]+$')
      )
    GROUP BY RUN_ID, TABLE_NAME, WINDOW_ID
  ) AS foreign_file
  WHERE
    LOADS.RUN_ID = foreign_file.RUN_ID
    AND LOADS.TABLE_NAME = foreign_file.TABLE_NAME
    AND LOADS.WINDOW_ID = foreign_file.WINDOW_ID;

  COMMIT;
EXCEPTION
  WHEN OTHER THEN
    ROLLBACK;
    RAISE;
END;
