//! What holds data: schemas, types, sequences, tables, columns, indexes, constraints.

use super::Listing;
use crate::inventory::ObjectKind;

pub(super) const LISTINGS: [Listing; 9] = [
    (
        ObjectKind::Schema,
        r"SELECT n.nspname::text, ARRAY['owner', pg_get_userbyid(n.nspowner)::text], NULL::text
        FROM pg_namespace n
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::Extension,
        r"SELECT e.extname::text, ARRAY['schema', n.nspname::text], NULL::text
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace",
    ),
    // A collation of the schema's own; then the one that all texts without a word about it have.
    (
        ObjectKind::Collation,
        r"SELECT format('%s.%s', n.nspname, c.collname), ARRAY[]::text[],
               (to_jsonb(c) - '{oid,collnamespace,collowner,collversion}'::text[])::text
        FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_temp'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_collation'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e')
        UNION ALL
        SELECT 'of the database', ARRAY['collation', d.datcollate::text, 'character type', d.datctype::text,
               'encoding', pg_encoding_to_char(d.encoding)::text], NULL
        FROM pg_database d WHERE d.datname = current_database()",
    ),
    // Domains, enumerations, composites of their own, ranges.
    (
        ObjectKind::Type,
        r"SELECT format('%s.%s', n.nspname, t.typname),
               ARRAY['kind', CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'e' THEN 'enumeration' WHEN 'c' THEN 'composite'
                             WHEN 'r' THEN 'range' ELSE 'other' END],
               concat_ws(' ', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
                 CASE WHEN t.typnotnull THEN 'NOT NULL' END, t.typdefault,
                 (SELECT string_agg(quote_literal(l.enumlabel), ',' ORDER BY l.enumsortorder)
                  FROM pg_enum l WHERE l.enumtypid = t.oid),
                 (SELECT string_agg(pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname)
                  FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'),
                 (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ',' ORDER BY a.attname)
                  FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
                 (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid))
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
          AND (t.typtype IN ('d', 'e', 'r') OR t.typtype = 'c'
               AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::Sequence,
        r"SELECT format('%s.%s', n.nspname, c.relname),
               ARRAY['type', format_type(s.seqtypid, NULL), 'increment', s.seqincrement::text,
                     'cycle', CASE WHEN s.seqcycle THEN 'yes' ELSE 'no' END],
               concat_ws(' ', s.seqstart, s.seqmin, s.seqmax, s.seqcache)
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_temp'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::Table,
        r"SELECT format('%s.%s', n.nspname, c.relname),
               ARRAY['kind', CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table'
                             ELSE 'table' END,
                     'owner', pg_get_userbyid(c.relowner)::text,
                     'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END,
                     'row security', CASE WHEN c.relforcerowsecurity AND c.relrowsecurity THEN 'forced'
                                     WHEN c.relrowsecurity THEN 'on' ELSE 'off' END,
                     'belongs to', (SELECT string_agg(format('%s.%s', pn.nspname, p.relname), ', '
                                           ORDER BY pn.nspname, p.relname)
                                    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
                                    JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid)],
               concat_ws(' ', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
                         pg_get_expr(c.relpartbound, c.oid),
                         (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(c.reloptions) o))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::Column,
        r"SELECT format('%s.%s.%s', n.nspname, c.relname, a.attname),
               ARRAY['type', format_type(a.atttypid, a.atttypmod),
                     'nullable', CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END,
                     'collation', (SELECT format('%s.%s', ln.nspname, l.collname) FROM pg_collation l
                                   JOIN pg_namespace ln ON ln.oid = l.collnamespace
                                   JOIN pg_type t ON t.oid = a.atttypid
                                   WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation),
                     'generated', CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END,
                     'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END],
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped
          AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::Index,
        r"SELECT format('%s.%s', n.nspname, c.relname),
               ARRAY['table', format('%s.%s', tn.nspname, t.relname),
                     'state', CASE WHEN i.indisvalid AND i.indisready THEN 'valid' ELSE 'not valid' END],
               pg_get_indexdef(i.indexrelid)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
        WHERE t.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = t.oid
                          AND e.deptype = 'e')",
    ),
    // NOT NULL is told of columns, and constraint triggers among triggers.
    (
        ObjectKind::Constraint,
        r"SELECT format('%s.%s.%s', n.nspname, c.relname, k.conname),
               ARRAY['validated', CASE WHEN k.convalidated THEN 'yes' ELSE 'no' END,
                     'enforced', CASE WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid
                                                   AND t.tgenabled = 'D') THEN 'no' ELSE 'yes' END],
               replace(pg_get_constraintdef(k.oid), ' NOT VALID', '')
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e')",
    ),
];
