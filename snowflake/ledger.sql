-- Run first by every provision, before anything is recorded: where the record itself is kept.
CREATE WAREHOUSE IF NOT EXISTS {{ warehouse }}
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE;

CREATE DATABASE IF NOT EXISTS {{ database }};

CREATE SCHEMA IF NOT EXISTS {{ ops }};

-- One row for each time a file of this folder was run, and one for each provision (NAME 'provision').
CREATE TABLE IF NOT EXISTS {{ ops }}.MIGRATIONS (
  PROVISION_ID VARCHAR NOT NULL,
  NAME VARCHAR NOT NULL,
  CHECKSUM VARCHAR NOT NULL,
  STATUS VARCHAR NOT NULL,
  STARTED_AT TIMESTAMP_LTZ(6) NOT NULL,
  FINISHED_AT TIMESTAMP_LTZ(6),
  ERROR VARCHAR,
  APPLIED_BY VARCHAR NOT NULL
);
