-- Run once by an account admin, before the first deploy: the roles of Sluice, and the users its functions log in as.
-- It can be run again: what is there is kept. Everything else is made by the deployer.
USE ROLE ACCOUNTADMIN;

-- Functional roles, under SYSADMIN as Snowflake advises, so that admins see what they own.
CREATE ROLE IF NOT EXISTS {{ deployer }} COMMENT = 'Sluice: owns the database and everything in it';

CREATE ROLE IF NOT EXISTS {{ loader }} COMMENT = 'Sluice: starts loads and reads what became of them';

CREATE ROLE IF NOT EXISTS {{ transformer }} COMMENT = 'Sluice: reads what is loaded, builds and publishes models';

CREATE ROLE IF NOT EXISTS {{ reader }} COMMENT = 'Sluice: reads what is published';

GRANT ROLE {{ deployer }} TO ROLE SYSADMIN;

GRANT ROLE {{ loader }} TO ROLE SYSADMIN;

GRANT ROLE {{ transformer }} TO ROLE SYSADMIN;

GRANT ROLE {{ reader }} TO ROLE SYSADMIN;

-- What the deployer makes is its own; it can reach nothing that is there already.
GRANT CREATE DATABASE ON ACCOUNT TO ROLE {{ deployer }};

GRANT CREATE WAREHOUSE ON ACCOUNT TO ROLE {{ deployer }};

GRANT CREATE INTEGRATION ON ACCOUNT TO ROLE {{ deployer }};

GRANT EXECUTE TASK ON ACCOUNT TO ROLE {{ deployer }};

GRANT EXECUTE MANAGED TASK ON ACCOUNT TO ROLE {{ deployer }};

-- if workload identity
-- No secret: AWS vouches for the role that a function runs as.
CREATE USER IF NOT EXISTS {{ deployer_user }}
  TYPE = SERVICE
  WORKLOAD_IDENTITY = (
    TYPE = AWS
    ARN = {{ deployer_arn }}
  )
  DEFAULT_ROLE = {{ deployer }}
  COMMENT = 'Sluice: provisions';

CREATE USER IF NOT EXISTS {{ loader_user }}
  TYPE = SERVICE
  WORKLOAD_IDENTITY = (
    TYPE = AWS
    ARN = {{ loader_arn }}
  )
  DEFAULT_ROLE = {{ loader }}
  COMMENT = 'Sluice: loads';

CREATE USER IF NOT EXISTS {{ transformer_user }}
  TYPE = SERVICE
  WORKLOAD_IDENTITY = (
    TYPE = AWS
    ARN = {{ transformer_arn }}
  )
  DEFAULT_ROLE = {{ transformer }}
  COMMENT = 'Sluice: builds models';

-- end if
-- if key pair
CREATE USER IF NOT EXISTS {{ deployer_user }}
  TYPE = SERVICE
  RSA_PUBLIC_KEY = {{ deployer_key }}
  DEFAULT_ROLE = {{ deployer }}
  COMMENT = 'Sluice: provisions';

CREATE USER IF NOT EXISTS {{ loader_user }}
  TYPE = SERVICE
  RSA_PUBLIC_KEY = {{ loader_key }}
  DEFAULT_ROLE = {{ loader }}
  COMMENT = 'Sluice: loads';

CREATE USER IF NOT EXISTS {{ transformer_user }}
  TYPE = SERVICE
  RSA_PUBLIC_KEY = {{ transformer_key }}
  DEFAULT_ROLE = {{ transformer }}
  COMMENT = 'Sluice: builds models';

-- So that the rotation of a key pair needs no admin: each user sets its own keys, and nobody else's.
GRANT OWNERSHIP ON USER {{ deployer_user }} TO ROLE {{ deployer }} COPY CURRENT GRANTS;

GRANT OWNERSHIP ON USER {{ loader_user }} TO ROLE {{ loader }} COPY CURRENT GRANTS;

GRANT OWNERSHIP ON USER {{ transformer_user }} TO ROLE {{ transformer }} COPY CURRENT GRANTS;

-- end if
GRANT ROLE {{ deployer }} TO USER {{ deployer_user }};

GRANT ROLE {{ loader }} TO USER {{ loader_user }};

GRANT ROLE {{ transformer }} TO USER {{ transformer_user }};
