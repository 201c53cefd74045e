GRANT USAGE ON WAREHOUSE {{ warehouse }} TO ROLE {{ loader }};

GRANT USAGE ON WAREHOUSE {{ warehouse }} TO ROLE {{ transformer }};

GRANT USAGE ON WAREHOUSE {{ warehouse }} TO ROLE {{ reader }};

GRANT USAGE ON DATABASE {{ database }} TO ROLE {{ loader }};

GRANT USAGE ON DATABASE {{ database }} TO ROLE {{ transformer }};

GRANT USAGE ON DATABASE {{ database }} TO ROLE {{ reader }};

-- The loader starts loads and reads what became of them; the tasks themselves run as the deployer.
GRANT USAGE ON SCHEMA {{ ops }} TO ROLE {{ loader }};

GRANT SELECT ON ALL TABLES IN SCHEMA {{ ops }} TO ROLE {{ loader }};

GRANT SELECT ON ALL VIEWS IN SCHEMA {{ ops }} TO ROLE {{ loader }};

-- To put a failed load back in the queue.
GRANT UPDATE ON TABLE {{ ops }}.LOADS TO ROLE {{ loader }};

GRANT USAGE ON STAGE {{ ops }}.STAGE TO ROLE {{ loader }};

GRANT OPERATE, MONITOR ON PIPE {{ ops }}.MANIFESTS_PIPE TO ROLE {{ loader }};

GRANT OPERATE, MONITOR ON TASK {{ ops }}.IMPORT TO ROLE {{ loader }};

GRANT MONITOR ON TASK {{ ops }}.CLEAN TO ROLE {{ loader }};

-- for each table
GRANT MONITOR ON TASK {{ apply_task }} TO ROLE {{ loader }};

-- end for each
GRANT USAGE ON SCHEMA {{ raw }} TO ROLE {{ loader }};

GRANT SELECT ON ALL TABLES IN SCHEMA {{ raw }} TO ROLE {{ loader }};

GRANT SELECT ON FUTURE TABLES IN SCHEMA {{ raw }} TO ROLE {{ loader }};

-- The transformer reads RAW and the ledger, and builds into schemas of its own, DEV and PROD.
GRANT USAGE ON SCHEMA {{ raw }} TO ROLE {{ transformer }};

GRANT SELECT ON ALL TABLES IN SCHEMA {{ raw }} TO ROLE {{ transformer }};

GRANT SELECT ON FUTURE TABLES IN SCHEMA {{ raw }} TO ROLE {{ transformer }};

GRANT USAGE ON SCHEMA {{ ops }} TO ROLE {{ transformer }};

GRANT SELECT ON TABLE {{ ops }}.LOADS TO ROLE {{ transformer }};

GRANT CREATE SCHEMA ON DATABASE {{ database }} TO ROLE {{ transformer }};

GRANT USAGE, CREATE TABLE, CREATE VIEW ON SCHEMA {{ dev }} TO ROLE {{ transformer }};

GRANT USAGE, CREATE TABLE, CREATE VIEW ON SCHEMA {{ prod }} TO ROLE {{ transformer }};

-- The reader sees what was published.
GRANT USAGE ON SCHEMA {{ dev }} TO ROLE {{ reader }};

GRANT SELECT ON ALL TABLES IN SCHEMA {{ dev }} TO ROLE {{ reader }};

GRANT SELECT ON FUTURE TABLES IN SCHEMA {{ dev }} TO ROLE {{ reader }};

GRANT SELECT ON ALL VIEWS IN SCHEMA {{ dev }} TO ROLE {{ reader }};

GRANT SELECT ON FUTURE VIEWS IN SCHEMA {{ dev }} TO ROLE {{ reader }};

GRANT USAGE ON SCHEMA {{ prod }} TO ROLE {{ reader }};

GRANT SELECT ON ALL TABLES IN SCHEMA {{ prod }} TO ROLE {{ reader }};

GRANT SELECT ON FUTURE TABLES IN SCHEMA {{ prod }} TO ROLE {{ reader }};

GRANT SELECT ON ALL VIEWS IN SCHEMA {{ prod }} TO ROLE {{ reader }};

GRANT SELECT ON FUTURE VIEWS IN SCHEMA {{ prod }} TO ROLE {{ reader }};
