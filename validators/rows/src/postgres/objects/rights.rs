//! Who may do what: roles, memberships, grants.

use super::Listing;
use crate::inventory::ObjectKind;

/// RDS's own roles are its business; that a role of the user's is a member of one of them is the user's.
pub(super) const OF_SERVER: [Listing; 2] = [
    (
        ObjectKind::Role,
        r"SELECT r.rolname::text,
               ARRAY['may log in', r.rolcanlogin::text, 'superuser', r.rolsuper::text, 'inherits', r.rolinherit::text,
                     'creates roles', r.rolcreaterole::text, 'creates databases', r.rolcreatedb::text,
                     'replicates', r.rolreplication::text, 'bypasses row security', r.rolbypassrls::text,
                     'connections', r.rolconnlimit::text], NULL::text
        FROM pg_roles r WHERE r.rolname !~ '^(pg_|rds)'",
    ),
    (
        ObjectKind::Membership,
        r"SELECT format('%s in %s', m.rolname, g.rolname), ARRAY['administers', bool_or(a.admin_option)::text],
               NULL::text
        FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
        WHERE m.rolname !~ '^(pg_|rds)' GROUP BY m.rolname, g.rolname",
    ),
];

pub(super) const OF_DATABASE: [Listing; 2] = [
    (
        ObjectKind::Grant,
        r"WITH lists AS (
          SELECT 'table' AS kind, format('%s.%s', n.nspname, c.relname) AS name, c.relowner AS owner,
                 coalesce(c.relacl, CASE c.relkind WHEN 'S' THEN acldefault('s', c.relowner)
                          ELSE acldefault('r', c.relowner) END)
                   AS list
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
            AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
            AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                            AND e.deptype = 'e')
          UNION ALL
          SELECT 'column', format('%s.%s.%s', n.nspname, c.relname, a.attname), c.relowner, a.attacl
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.relpersistence <> 't'
            AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          UNION ALL
          SELECT 'schema', n.nspname::text, n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))
          FROM pg_namespace n
          WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
            AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid
                            AND e.deptype = 'e')
          UNION ALL
          SELECT 'routine', format('%s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
                 p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_temp'
            AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid
                            AND e.deptype = 'e')
          UNION ALL
          SELECT 'database', 'itself', d.datdba, coalesce(d.datacl, acldefault('d', d.datdba))
          FROM pg_database d WHERE d.datname = current_database())
        SELECT format('%s on %s %s to %s', x.privilege_type, l.kind, l.name,
                      CASE WHEN x.grantee = 0 THEN 'everybody' ELSE pg_get_userbyid(x.grantee)::text END),
               ARRAY['may be passed on', CASE WHEN bool_or(x.is_grantable) THEN 'yes' ELSE 'no' END], NULL::text
        FROM lists l, aclexplode(l.list) x
        WHERE x.grantee <> l.owner AND (x.grantee = 0 OR pg_get_userbyid(x.grantee)::text !~ '^(pg_|rds)')
        GROUP BY 1",
    ),
    (
        ObjectKind::Grant,
        r"SELECT format('%s on new %s of %s in %s to %s', x.privilege_type,
                      CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'routines'
                      WHEN 'T' THEN 'types' ELSE 'schemas' END,
                      pg_get_userbyid(d.defaclrole), coalesce(n.nspname::text, 'every schema'),
                      CASE WHEN x.grantee = 0 THEN 'everybody' ELSE pg_get_userbyid(x.grantee)::text END),
               ARRAY['may be passed on', CASE WHEN bool_or(x.is_grantable) THEN 'yes' ELSE 'no' END], NULL::text
        FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) x
        WHERE x.grantee <> d.defaclrole GROUP BY 1",
    ),
];
