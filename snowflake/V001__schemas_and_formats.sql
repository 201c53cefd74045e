-- What is landed can always be landed again from S3: no time travel, no fail-safe.
CREATE TRANSIENT SCHEMA IF NOT EXISTS {{ landing }} DATA_RETENTION_TIME_IN_DAYS = 0;

-- Managed access: the owner of the schema alone grants, and may grant what is made later.
CREATE SCHEMA IF NOT EXISTS {{ raw }} WITH MANAGED ACCESS;

CREATE SCHEMA IF NOT EXISTS {{ dev }} WITH MANAGED ACCESS;

CREATE SCHEMA IF NOT EXISTS {{ prod }} WITH MANAGED ACCESS;

-- Every non-null value is quoted, NULL is empty and unquoted, nothing is escaped with a backslash.
CREATE FILE FORMAT IF NOT EXISTS {{ ops }}.CSV_PARTS
  TYPE = CSV
  COMPRESSION = GZIP
  PARSE_HEADER = TRUE
  FIELD_OPTIONALLY_ENCLOSED_BY = '"'
  ESCAPE = NONE
  ESCAPE_UNENCLOSED_FIELD = NONE
  NULL_IF = ()
  EMPTY_FIELD_AS_NULL = TRUE
  TRIM_SPACE = FALSE
  REPLACE_INVALID_CHARACTERS = FALSE
  -- Columns are matched by name; IMPORT compares them with the contract before anything is copied.
  ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE
  ENCODING = 'UTF8';

CREATE FILE FORMAT IF NOT EXISTS {{ ops }}.MANIFEST_JSON TYPE = JSON;
