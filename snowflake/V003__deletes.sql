-- Rows of RAW that `reconcile --deletes --apply` removed because their keys had vanished in the source: how many, by the run that had
-- brought them, so that the ledger still adds up.
CREATE TABLE IF NOT EXISTS {{ ops }}.DELETES (
  DELETE_ID VARCHAR NOT NULL,
  TABLE_NAME VARCHAR NOT NULL,
  RUN_ID VARCHAR NOT NULL,
  WINDOW_ID VARCHAR NOT NULL,
  ROWS_DELETED NUMBER(38, 0) NOT NULL,
  DELETED_AT TIMESTAMP_LTZ(6) NOT NULL
);
