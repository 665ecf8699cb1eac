//! What works on data: views, triggers, rules, routines, policies, publications.

use super::Listing;
use crate::inventory::ObjectKind;

pub(super) const LISTINGS: [Listing; 8] = [
    (
        ObjectKind::View,
        r"SELECT format('%s.%s', n.nspname, c.relname), ARRAY['owner', pg_get_userbyid(c.relowner)::text],
               concat_ws(' ', pg_get_viewdef(c.oid),
                         (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(c.reloptions) o))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_temp'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::MaterializedView,
        r"SELECT format('%s.%s', n.nspname, c.relname),
               ARRAY['owner', pg_get_userbyid(c.relowner)::text,
                     'state', CASE WHEN c.relispopulated THEN 'populated' ELSE 'not populated' END],
               pg_get_viewdef(c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'm' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::Trigger,
        r"SELECT format('%s.%s.%s', n.nspname, c.relname, t.tgname),
               ARRAY['state', CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas only'
                              WHEN 'A' THEN 'always enabled' ELSE 'enabled' END],
               pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND c.relpersistence <> 't'",
    ),
    (
        ObjectKind::Trigger,
        r"SELECT format('for the event %s', t.evtname),
               ARRAY['state', CASE t.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas only'
                              WHEN 'A' THEN 'always enabled' ELSE 'enabled' END],
               concat_ws(' ', t.evtevent, t.evtfoid::regprocedure, t.evttags)
        FROM pg_event_trigger t
        WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::Trigger,
        r"SELECT format('rule %s.%s.%s', n.nspname, c.relname, r.rulename),
               ARRAY['state', CASE r.ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas only'
                              WHEN 'A' THEN 'always enabled' ELSE 'enabled' END],
               pg_get_ruledef(r.oid)
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.rulename <> '_RETURN' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::Routine,
        r"SELECT format('%s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
               ARRAY['kind', CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate'
                             WHEN 'w' THEN 'window function' ELSE 'function' END,
                     'owner', pg_get_userbyid(p.proowner)::text],
               CASE WHEN p.prokind = 'a'
                 THEN (SELECT concat_ws(' ', a.aggtransfn::regprocedure, a.aggfinalfn::regproc, a.agginitval,
                                        format_type(a.aggtranstype, NULL))
                       FROM pg_aggregate a WHERE a.aggfnoid = p.oid)
                 ELSE pg_get_functiondef(p.oid) END
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_temp'
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid
                          AND e.deptype = 'e')",
    ),
    (
        ObjectKind::Policy,
        r"SELECT format('%s.%s.%s', n.nspname, c.relname, p.polname), ARRAY[]::text[],
               concat_ws(' ', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                         pg_get_expr(p.polwithcheck, p.polrelid),
                         (SELECT string_agg(CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r)::text END, ','
                                            ORDER BY pg_get_userbyid(r)::text) FROM unnest(p.polroles) r))
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace",
    ),
    (
        ObjectKind::Publication,
        r"SELECT p.pubname::text, ARRAY[]::text[],
               concat_ws(' ', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate,
                         (SELECT string_agg(format('%s.%s', t.schemaname, t.tablename), ','
                                            ORDER BY t.schemaname, t.tablename)
                          FROM pg_publication_tables t WHERE t.pubname = p.pubname AND NOT p.puballtables))
        FROM pg_publication p",
    ),
];
