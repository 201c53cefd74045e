-- Run only when its text has changed, and after a pipe that exists was paused and has nothing pending.
CREATE OR REPLACE PIPE {{ ops }}.MANIFESTS_PIPE
  AUTO_INGEST = TRUE
AS
COPY INTO {{ ops }}.MANIFESTS (MANIFEST, _FILE)
FROM (
  SELECT
    $1,
    METADATA$FILENAME
  FROM @{{ ops }}.STAGE/manifests/
)
FILE_FORMAT = (FORMAT_NAME = {{ manifest_format }});
