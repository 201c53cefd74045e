-- Never replaced: the stage holds the integration's hidden id, and Snowflake's IAM user belongs to it.
CREATE STORAGE INTEGRATION IF NOT EXISTS {{ integration }}
  TYPE = EXTERNAL_STAGE
  STORAGE_PROVIDER = 'S3'
  STORAGE_AWS_ROLE_ARN = {{ role_arn }}
  ENABLED = TRUE
  STORAGE_ALLOWED_LOCATIONS = ({{ location }});

ALTER STORAGE INTEGRATION {{ integration }} SET
  STORAGE_AWS_ROLE_ARN = {{ role_arn }}
  ENABLED = TRUE
  STORAGE_ALLOWED_LOCATIONS = ({{ location }});

CREATE STAGE IF NOT EXISTS {{ ops }}.STAGE
  URL = {{ location }}
  STORAGE_INTEGRATION = {{ integration }};

ALTER STAGE {{ ops }}.STAGE SET
  URL = {{ location }}
  STORAGE_INTEGRATION = {{ integration }};

-- Ours, so that the role can be written before Snowflake is asked. Last: sqlfluff does not know this parameter.
ALTER STORAGE INTEGRATION {{ integration }} SET STORAGE_AWS_EXTERNAL_ID = {{ external_id }}; -- noqa: PRS
