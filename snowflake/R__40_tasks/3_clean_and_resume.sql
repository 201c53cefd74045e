-- CLEAN: what was landed for loads that are done with; a load that is held keeps its rows.
CREATE OR REPLACE TASK {{ ops }}.CLEAN
  WAREHOUSE = {{ warehouse }}
  USER_TASK_TIMEOUT_MS = 3600000
  AFTER {{ apply_tasks }}
AS
BEGIN
  -- for each table
  DELETE FROM {{ landing_table }}
  WHERE _FILE NOT IN (
    SELECT FILE
    FROM {{ ops }}.LOAD_FILES
    WHERE TABLE_NAME = {{ table_name }} AND STATUS IN ('landed', 'held')
  );
  -- end for each
END;

-- for each table
ALTER TASK {{ apply_task }} RESUME;

-- end for each
ALTER TASK {{ ops }}.CLEAN RESUME;

ALTER TASK {{ ops }}.IMPORT RESUME;
