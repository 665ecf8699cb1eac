-- What the master user of RDS could add to any database, and an ordinary user could not.
SELECT 'CREATE EXTENSION amcheck' FROM pg_available_extensions WHERE name = 'amcheck' \gexec
SELECT format('GRANT EXECUTE ON FUNCTION %s TO rds_superuser', objid::regprocedure)
FROM pg_depend JOIN pg_extension ON pg_extension.oid = refobjid
WHERE extname = 'amcheck' AND deptype = 'e' AND classid = 'pg_proc'::regclass \gexec
