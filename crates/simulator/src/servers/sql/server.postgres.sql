-- What RDS puts on every PostgreSQL server. Variables: master, password, database.
CREATE ROLE rds_superuser NOLOGIN;
CREATE ROLE rds_replication NOLOGIN;
CREATE ROLE rds_password NOLOGIN;
CREATE ROLE rds_iam NOLOGIN;
CREATE ROLE rds_ad NOLOGIN;
GRANT rds_replication, rds_password TO rds_superuser WITH ADMIN OPTION;
SELECT format('GRANT %I TO rds_superuser WITH ADMIN OPTION', rolname) FROM pg_roles
WHERE rolname IN ('pg_monitor', 'pg_signal_backend', 'pg_checkpoint') \gexec
CREATE ROLE :"master" LOGIN CREATEDB CREATEROLE PASSWORD :'password' VALID UNTIL 'infinity' IN ROLE rds_superuser;
CREATE DATABASE rdsadmin;
ALTER DATABASE postgres OWNER TO :"master";
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'master') WHERE :'database' <> 'postgres' \gexec
