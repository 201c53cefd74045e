-- for each table
-- APPLY: lands what is staged of {{ table_name }}, then makes the newest run of each window visible.
CREATE OR REPLACE TASK {{ apply_task }}
  WAREHOUSE = {{ warehouse }}
  USER_TASK_TIMEOUT_MS = 14400000
  AFTER {{ ops }}.IMPORT
AS
BEGIN
  LET run VARCHAR := '';
  LET load_window VARCHAR := '';
  LET message VARCHAR := '';
  LET copying VARCHAR := '';
  LET landed_rows NUMBER := 0;
  LET expected_rows NUMBER := 0;
  LET written_rows NUMBER := 0;

  -- All that is staged at once, a thousand files to a statement, because COPY takes no more.
  BEGIN
    BEGIN TRANSACTION;
    LET all_batches RESULTSET := (
      SELECT LISTAGG(FILE_NAME, ', ') AS FILE_NAMES
      FROM (
        SELECT
          '''' || SUBSTR(FILE, LENGTH({{ prefix }}) + 1) || '''' AS FILE_NAME,
          CEIL(ROW_NUMBER() OVER (ORDER BY FILE) / 1000) AS BATCH
        FROM {{ ops }}.LOAD_FILES
        WHERE TABLE_NAME = {{ table_name }} AND STATUS = 'staged'
      )
      GROUP BY BATCH
    );
    FOR batch IN all_batches DO
      copying := {{ copy_before_files }} || batch.FILE_NAMES || {{ copy_after_files }};
      EXECUTE IMMEDIATE :copying;
    END FOR;
    -- Only what is complete has landed; anything else is tried alone below.
    UPDATE {{ ops }}.LOADS
    SET
      STATUS = 'landed',
      ROWS_LANDED = counted.ROWS_LANDED,
      ERROR = NULL,
      LANDED_AT = CURRENT_TIMESTAMP()
    FROM (
      SELECT
        loads.RUN_ID,
        loads.WINDOW_ID,
        COUNT(landed._FILE) AS ROWS_LANDED
      FROM {{ ops }}.LOADS AS loads
      LEFT JOIN {{ ops }}.FILES AS files
        ON
          files.RUN_ID = loads.RUN_ID
          AND files.TABLE_NAME = loads.TABLE_NAME
          AND files.WINDOW_ID = loads.WINDOW_ID
      LEFT JOIN {{ landing_table }} AS landed ON landed._FILE = files.FILE
      WHERE loads.TABLE_NAME = {{ table_name }} AND loads.STATUS = 'staged'
      GROUP BY loads.RUN_ID, loads.WINDOW_ID
    ) AS counted
    WHERE
      LOADS.TABLE_NAME = {{ table_name }}
      AND LOADS.STATUS = 'staged'
      AND LOADS.RUN_ID = counted.RUN_ID
      AND LOADS.WINDOW_ID = counted.WINDOW_ID
      AND LOADS.ROWS_EXTRACTED = counted.ROWS_LANDED;
    COMMIT;
  EXCEPTION
    WHEN OTHER THEN
      ROLLBACK;
  END;

  -- One load at a time, so that a bad file fails its own window and no other.
  LET stragglers RESULTSET := (
    SELECT
      RUN_ID,
      WINDOW_ID,
      ROWS_EXTRACTED
    FROM {{ ops }}.LOADS
    WHERE TABLE_NAME = {{ table_name }} AND STATUS = 'staged'
    ORDER BY RUN_ID, WINDOW_ID
  );
  FOR straggler IN stragglers DO
    run := straggler.RUN_ID;
    load_window := straggler.WINDOW_ID;
    expected_rows := straggler.ROWS_EXTRACTED;
    BEGIN
      BEGIN TRANSACTION;
      DELETE FROM {{ landing_table }}
      WHERE _FILE IN (
        SELECT FILE
        FROM {{ ops }}.LOAD_FILES
        WHERE TABLE_NAME = {{ table_name }} AND RUN_ID = :run AND WINDOW_ID = :load_window
      );
      LET own_batches RESULTSET := (
        SELECT LISTAGG(FILE_NAME, ', ') AS FILE_NAMES
        FROM (
          SELECT
            '''' || SUBSTR(FILE, LENGTH({{ prefix }}) + 1) || '''' AS FILE_NAME,
            CEIL(ROW_NUMBER() OVER (ORDER BY FILE) / 1000) AS BATCH
          FROM {{ ops }}.LOAD_FILES
          WHERE TABLE_NAME = {{ table_name }} AND RUN_ID = :run AND WINDOW_ID = :load_window
        )
        GROUP BY BATCH
      );
      FOR batch IN own_batches DO
        copying := {{ copy_before_files }} || batch.FILE_NAMES || {{ copy_after_files }};
        EXECUTE IMMEDIATE :copying;
      END FOR;
      SELECT COUNT(*) INTO :landed_rows
      FROM {{ landing_table }}
      WHERE _FILE IN (
        SELECT FILE
        FROM {{ ops }}.LOAD_FILES
        WHERE TABLE_NAME = {{ table_name }} AND RUN_ID = :run AND WINDOW_ID = :load_window
      );
      IF (landed_rows = expected_rows) THEN
        UPDATE {{ ops }}.LOADS
        SET
          STATUS = 'landed',
          ROWS_LANDED = :landed_rows,
          ERROR = NULL,
          LANDED_AT = CURRENT_TIMESTAMP()
        WHERE TABLE_NAME = {{ table_name }} AND RUN_ID = :run AND WINDOW_ID = :load_window;
        COMMIT;
      ELSE
        ROLLBACK;
        UPDATE {{ ops }}.LOADS
        SET
          STATUS = 'failed',
          ROWS_LANDED = :landed_rows,
          ERROR = 'The files hold ' || :landed_rows || ' rows, the manifest says ' || :expected_rows || '.',
          FINISHED_AT = CURRENT_TIMESTAMP()
        WHERE TABLE_NAME = {{ table_name }} AND RUN_ID = :run AND WINDOW_ID = :load_window;
      END IF;
    EXCEPTION
      WHEN OTHER THEN
        message := SQLERRM;
        ROLLBACK;
        UPDATE {{ ops }}.LOADS
        SET
          STATUS = 'failed',
          ERROR = :message,
          FINISHED_AT = CURRENT_TIMESTAMP()
        WHERE TABLE_NAME = {{ table_name }} AND RUN_ID = :run AND WINDOW_ID = :load_window;
    END;
  END FOR;

  -- What has landed becomes visible, all of it or none.
  BEGIN
    BEGIN TRANSACTION;
    -- What was held is looked at again: its column may have been widened since. REJECTS before LOADS, in every task, so that
    -- no two of them wait for each other.
    DELETE FROM {{ ops }}.REJECTS
    WHERE FILE IN (
      SELECT FILE
      FROM {{ ops }}.LOAD_FILES
      WHERE TABLE_NAME = {{ table_name }} AND STATUS IN ('landed', 'held', 'superseded')
    );
    -- Of a window the newest snapshot counts, by the clock of the source: those of the machines that runs come from may differ.
    UPDATE {{ ops }}.LOADS
    SET
      STATUS = 'superseded',
      FINISHED_AT = CURRENT_TIMESTAMP()
    FROM (
      SELECT
        WINDOW_ID,
        MAX(EXTRACTED_AT || ' ' || RUN_ID) AS TAKEN
      FROM {{ ops }}.LOADS
      WHERE TABLE_NAME = {{ table_name }} AND STATUS IN ('landed', 'held', 'applied')
      GROUP BY WINDOW_ID
    ) AS newest
    WHERE
      LOADS.TABLE_NAME = {{ table_name }}
      AND LOADS.STATUS IN ('landed', 'held')
      AND LOADS.WINDOW_ID = newest.WINDOW_ID
      AND LOADS.EXTRACTED_AT || ' ' || LOADS.RUN_ID < newest.TAKEN;
    -- if checked
    INSERT INTO {{ ops }}.REJECTS (
      RUN_ID, TABLE_NAME, WINDOW_ID, FILE, FILE_ROW, COLUMN_NAME, REASON, VALUE_LENGTH, REJECTED_AT
    )
    SELECT
      files.RUN_ID,
      files.TABLE_NAME,
      files.WINDOW_ID,
      checked.FILE,
      checked.FILE_ROW,
      checked.COLUMN_NAME,
      checked.REASON,
      checked.VALUE_LENGTH,
      CURRENT_TIMESTAMP() AS REJECTED_AT
    FROM (
      {{ checks }}
    ) AS checked
    INNER JOIN {{ ops }}.LOAD_FILES AS files ON files.FILE = checked.FILE
    WHERE
      checked.REASON IS NOT NULL
      AND files.TABLE_NAME = {{ table_name }}
      AND files.STATUS IN ('landed', 'held');
    -- end if
    UPDATE {{ ops }}.LOADS
    SET
      STATUS = IFF(counted.ROWS_REJECTED = 0, 'landed', {{ status_of_rejected }}),
      ROWS_REJECTED = counted.ROWS_REJECTED
    FROM (
      SELECT
        loads.RUN_ID,
        loads.WINDOW_ID,
        COUNT(DISTINCT rejects.FILE || ' ' || rejects.FILE_ROW) AS ROWS_REJECTED
      FROM {{ ops }}.LOADS AS loads
      LEFT JOIN {{ ops }}.REJECTS AS rejects
        ON
          rejects.RUN_ID = loads.RUN_ID
          AND rejects.TABLE_NAME = loads.TABLE_NAME
          AND rejects.WINDOW_ID = loads.WINDOW_ID
      WHERE loads.TABLE_NAME = {{ table_name }} AND loads.STATUS IN ('landed', 'held')
      GROUP BY loads.RUN_ID, loads.WINDOW_ID
    ) AS counted
    WHERE
      LOADS.TABLE_NAME = {{ table_name }}
      AND LOADS.STATUS IN ('landed', 'held')
      AND LOADS.RUN_ID = counted.RUN_ID
      AND LOADS.WINDOW_ID = counted.WINDOW_ID;

    -- if replaces windows
    DELETE FROM {{ raw_table }}
    WHERE _WINDOW IN (
      SELECT WINDOW_ID
      FROM {{ ops }}.LOADS
      WHERE TABLE_NAME = {{ table_name }} AND STATUS = 'landed'
    );
    -- end if
    -- if replaces all
    DELETE FROM {{ raw_table }}
    WHERE 0 < (
      SELECT COUNT(*)
      FROM {{ ops }}.LOADS
      WHERE TABLE_NAME = {{ table_name }} AND STATUS = 'landed'
    );
    -- end if
    -- if replaces
    INSERT INTO {{ raw_table }} (
      {{ raw_names }},
      _RUN_ID,
      _WINDOW,
      _FILE,
      _ROW,
      _LOADED_AT
    )
    SELECT
      {{ typed_columns }},
      files.RUN_ID,
      files.WINDOW_ID,
      landed._FILE,
      landed._ROW,
      CURRENT_TIMESTAMP()
    FROM {{ landing_table }} AS landed
    INNER JOIN {{ ops }}.LOAD_FILES AS files ON files.FILE = landed._FILE
    LEFT JOIN (
      SELECT DISTINCT
        FILE,
        FILE_ROW
      FROM {{ ops }}.REJECTS
      WHERE TABLE_NAME = {{ table_name }}
    ) AS rejected
      ON rejected.FILE = landed._FILE AND rejected.FILE_ROW = landed._ROW
    WHERE
      files.TABLE_NAME = {{ table_name }}
      AND files.STATUS = 'landed'
      AND rejected.FILE IS NULL;
    written_rows := SQLROWCOUNT;
    SELECT COALESCE(SUM(ROWS_LANDED - ROWS_REJECTED), 0) INTO :expected_rows
    FROM {{ ops }}.LOADS
    WHERE TABLE_NAME = {{ table_name }} AND STATUS = 'landed';
    -- end if
    -- if merges
    written_rows := 0;
    expected_rows := 0;
    -- Of several versions of a key the one with the newest cursor counts, in what was landed as in what is there.
    MERGE INTO {{ raw_table }} AS target
    USING (
      SELECT
        {{ typed_columns }},
        files.RUN_ID AS _RUN_ID,
        files.WINDOW_ID AS _WINDOW,
        landed._FILE,
        landed._ROW,
        CURRENT_TIMESTAMP() AS _LOADED_AT
      FROM {{ landing_table }} AS landed
      INNER JOIN {{ ops }}.LOAD_FILES AS files ON files.FILE = landed._FILE
      LEFT JOIN (
        SELECT DISTINCT
          FILE,
          FILE_ROW
        FROM {{ ops }}.REJECTS
        WHERE TABLE_NAME = {{ table_name }}
      ) AS rejected
        ON rejected.FILE = landed._FILE AND rejected.FILE_ROW = landed._ROW
      WHERE
        files.TABLE_NAME = {{ table_name }}
        AND files.STATUS = 'landed'
        AND rejected.FILE IS NULL
      QUALIFY
        ROW_NUMBER() OVER (
          PARTITION BY {{ typed_key }}
          ORDER BY {{ typed_cursor }} DESC, files.RUN_ID DESC, landed._FILE DESC, landed._ROW DESC
        ) = 1
    ) AS source
      ON {{ same_key }}
    WHEN MATCHED AND source.{{ cursor_name }} >= target.{{ cursor_name }} THEN UPDATE SET
      {{ merge_updates }},
      _RUN_ID = source._RUN_ID,
      _WINDOW = source._WINDOW,
      _FILE = source._FILE,
      _ROW = source._ROW,
      _LOADED_AT = source._LOADED_AT
    WHEN NOT MATCHED THEN INSERT (
      {{ raw_names }},
      _RUN_ID,
      _WINDOW,
      _FILE,
      _ROW,
      _LOADED_AT
    ) VALUES (
      {{ merge_values }},
      source._RUN_ID,
      source._WINDOW,
      source._FILE,
      source._ROW,
      source._LOADED_AT
    );
    -- end if
    IF (written_rows = expected_rows) THEN
      UPDATE {{ ops }}.LOADS
      SET
        STATUS = 'superseded',
        FINISHED_AT = CURRENT_TIMESTAMP()
      WHERE
        TABLE_NAME = {{ table_name }}
        AND STATUS = 'applied'
        AND WINDOW_ID IN (
          SELECT WINDOW_ID
          FROM {{ ops }}.LOADS
          WHERE TABLE_NAME = {{ table_name }} AND STATUS = 'landed'
        );
      UPDATE {{ ops }}.LOADS
      SET
        STATUS = 'applied',
        ROWS_APPLIED = ROWS_LANDED - ROWS_REJECTED,
        ERROR = NULL,
        FINISHED_AT = CURRENT_TIMESTAMP()
      WHERE TABLE_NAME = {{ table_name }} AND STATUS = 'landed';
      COMMIT;
    ELSE
      ROLLBACK;
      UPDATE {{ ops }}.LOADS
      SET ERROR = :written_rows || ' rows were written where ' || :expected_rows || ' were expected; nothing was changed.'
      WHERE TABLE_NAME = {{ table_name }} AND STATUS = 'landed';
    END IF;
  EXCEPTION
    WHEN OTHER THEN
      message := SQLERRM;
      ROLLBACK;
      UPDATE {{ ops }}.LOADS
      SET ERROR = :message
      WHERE TABLE_NAME = {{ table_name }} AND STATUS = 'landed';
      RAISE;
  END;
END;

-- end for each
