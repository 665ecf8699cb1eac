//! Objects, rights, queries and damage.

use super::*;

#[test]
fn every_kind_of_object_of_a_shop_is_seen() {
    let scene = Scene::of(&shop());
    run(async {
        let mut session = scene.open("shop").await;
        let server = session.server().await.unwrap();
        assert_eq!(server.product, "MariaDB");
        assert!(server.tls.is_some_and(|tls| tls.starts_with("TLSv1.")));
        let databases: Vec<String> =
            session.databases().await.unwrap().into_iter().map(|database| database.name).collect();
        assert_eq!(databases, ["shop", "shop_archive"]);

        let objects = session.objects().await.unwrap();
        let tables = ["codes", "customers", "empty_notes", "events", "order_lines", "orders", "products"];
        assert_eq!(names(&objects, ObjectKind::Table), set(&tables));
        assert_eq!(names(&objects, ObjectKind::View), set(&["open_orders", "sales_by_status"]));
        assert_eq!(names(&objects, ObjectKind::Trigger), set(&["orders.orders_stamped"]));
        assert_eq!(names(&objects, ObjectKind::Routine), set(&["function order_total", "procedure close_order"]));
        assert_eq!(names(&objects, ObjectKind::Event), set(&["forget_notes"]));
        assert_eq!(names(&objects, ObjectKind::Sequence), set(&["invoice_numbers"]));
        let constraints = names(&objects, ObjectKind::Constraint);
        for name in ["orders.orders_have_customers", "order_lines.lines_have_orders", "customers.customers_name_said"] {
            assert!(constraints.contains(name), "{constraints:?}");
        }
        assert!(names(&objects, ObjectKind::Index).contains("customers.customers_words"));
        for kind in [ObjectKind::View, ObjectKind::Trigger, ObjectKind::Routine, ObjectKind::Event] {
            assert!(objects.of(kind).all(|(_, object)| object.definition.is_some()), "{kind}");
        }
        let (_, events) = objects.of(ObjectKind::Table).find(|(name, _)| *name == "events").unwrap();
        assert_eq!(events.plain.get("partitions").map(String::as_str), Some("early, late, middle"));

        let accounts = session.server_objects().await.unwrap();
        let roles = names(&accounts, ObjectKind::Role);
        assert!(set(&["'admin'@'%'", "'shop_clerk'@'10.%'", "'shop_reader'@'%'"]).is_subset(&roles), "{roles:?}");
        assert!(!roles.iter().any(|name| name.contains("rdsadmin") || name.contains("mariadb.sys")), "{roles:?}");
        let grants = names(&accounts, ObjectKind::Grant);
        for name in [
            "SELECT on shop.* to 'shop_reader'@'%'",
            "SELECT on shop.customers.name to 'shop_clerk'@'10.%'",
            "EXECUTE on procedure shop.close_order to 'shop_clerk'@'10.%'",
            "PROCESS on * to 'admin'@'%'",
        ] {
            assert!(grants.contains(name), "{grants:?}");
        }

        let sequences = session.sequences().await.unwrap();
        let next = |name: &str| sequences.iter().find(|sequence| sequence.name == name).unwrap().next;
        assert_eq!(next("orders.id"), Some(2001));
        assert_eq!(next("empty_notes.id"), Some(500));
        assert_eq!(next("invoice_numbers"), Some(11_005));
        assert_eq!(session.references().await.unwrap().len(), 3);
        for reference in session.references().await.unwrap() {
            assert_eq!(session.orphans(&reference).await, Ok(0), "{reference:?}");
        }
        let views = session.views().await.unwrap();
        assert_eq!(views.len(), 2);
        for view in &views {
            assert_eq!(session.open_view(view).await, Ok(()));
        }
        let customers = shape(&mut session, "customers").await;
        assert_eq!(customers.key.map(|key| (key.column, key.kind)), Some(("id".into(), KeyKind::Integer)));
        assert!(shape(&mut session, "order_lines").await.key.is_none());
        let products = shape(&mut session, "products").await;
        assert!(!products.columns.iter().any(|column| column.name == "label"), "it is worked out at each reading");
        session.close().await;
    });
}

#[test]
fn queries_of_the_plan_are_one_statement_that_reads() {
    let scene = Scene::of(&shop());
    run(async {
        let mut session = scene.open("shop").await;
        for (query, rows, number) in [
            ("SELECT COUNT(*) FROM orders", 1, Some(2000)),
            ("SELECT SUM(id) FROM orders;", 1, Some(2_001_000)),
            ("SELECT CAST(7 AS UNSIGNED) -- why", 1, Some(7)),
            ("SELECT id FROM orders", 9, Some(1)),
            ("SELECT id, total FROM orders WHERE id < 3", 2, None),
            ("SELECT name FROM customers WHERE id = 1", 1, None),
            ("SELECT 1 FROM orders WHERE FALSE", 0, None),
            ("WITH late AS (SELECT 1 AS n) SELECT n FROM late", 1, Some(1)),
        ] {
            let answer = session.ask(query, 9).await.unwrap();
            assert_eq!((answer.rows, answer.number), (rows, number), "{query}");
        }
        for query in [
            "DELETE FROM orders",
            "SELECT 1; DROP TABLE orders",
            "SELECT 1) AS x; DROP TABLE orders; --",
            "SELECT 1 INTO @x",
            "COMMIT",
            "DROP TABLE orders",
            "SELECT NEXTVAL(invoice_numbers)",
            "nonsense",
        ] {
            assert!(session.ask(query, 9).await.is_err(), "{query}");
        }
        assert_eq!(session.ask("SELECT COUNT(*) FROM orders", 9).await.unwrap().number, Some(2000));
        session.limit(200).await.unwrap();
        assert_eq!(session.ask("SELECT COUNT(*) FROM orders a, orders b, orders c", 9).await, Err(Trouble::TimeIsUp));
    });
}

#[test]
fn nobody_gets_in_without_the_password_and_no_rights_are_told_from_no_accounts() {
    let scene = Scene::of(&shop());
    run(async {
        let refused = scene.try_open("shop", "admin", "wrong").await.err();
        assert!(matches!(refused, Some(Trouble::Refused { .. })), "{refused:?}");
        let mut reader = scene.try_open("shop", "shop_reader", "reads-the-shop").await.unwrap();
        let denied = reader.server_objects().await;
        assert!(matches!(denied, Err(Trouble::Denied { .. })), "{denied:?}");
        let lost = Scene { authority: tempfile::NamedTempFile::new().unwrap(), ..scene };
        std::fs::write(lost.authority.path(), Authority::new().unwrap().pem()).unwrap();
        let doubted = lost.try_open("shop", "admin", "password-of-the-source").await.err();
        assert!(matches!(doubted, Some(Trouble::NotTrusted(_))), "{doubted:?}");
    });
}

#[test]
fn a_damaged_page_is_told_by_the_checker_and_by_reading() {
    let damage = Damage::InnodbPage { database: "shop".into(), table: "orders".into() };
    let scene = Scene::damaged(&shop(), Some(&damage));
    run(async {
        let mut session = scene.open("shop").await;
        let scope = session.begin_integrity(None).await.unwrap();
        assert_eq!(scope.structures.len(), 7);
        let orders = Structure { kind: StructureKind::Table, name: named("orders") };
        let defects = session.check_structure(&orders).await.unwrap();
        assert!(defects.iter().any(|words| words.contains("corrupt")), "{defects:?}");
        for structure in scope.structures.iter().filter(|structure| structure.name != orders.name) {
            assert_eq!(session.check_structure(structure).await, Ok(Vec::new()), "{}", structure.name);
        }
        let table = shape(&mut session, "orders").await;
        let columns = columns_but(&table, &[]);
        let read = session.scan(&scan(&table, &columns, Part::Whole)).await;
        assert!(matches!(read, Err(Trouble::Damaged { .. })), "{read:?}");
        session.end_integrity().await.unwrap();
    });
}

#[test]
fn a_table_whose_file_is_gone_is_damaged_and_not_absent() {
    let copy = Store::open().unwrap().copy(&shop()).unwrap();
    std::fs::remove_file(copy.path().join("shop").join("products.ibd")).unwrap();
    let authority = Authority::new().unwrap();
    let server = copy.start(&Start::sound(&authority)).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), authority.pem()).unwrap();
    let scene = Scene { server, authority: file };
    run(async {
        let mut session = scene.open("shop").await;
        let products = Structure { kind: StructureKind::Table, name: named("products") };
        let scope = session.begin_integrity(None).await.unwrap();
        assert!(scope.structures.contains(&products));
        let defects = session.check_structure(&products).await.unwrap();
        assert!(defects.iter().any(|words| words.contains("products")), "{defects:?}");
        let table = shape(&mut session, "products").await;
        let read = session.scan(&scan(&table, &[], Part::Whole)).await;
        assert!(matches!(read, Err(Trouble::Damaged { .. })), "{read:?}");
    });
}

#[test]
fn engines_without_a_checker_and_tables_that_forget_are_said_to_be_so() {
    let scene = Scene::planted(
        "CREATE TABLE mem (id int PRIMARY KEY) ENGINE = MEMORY; CREATE TABLE kept (id int PRIMARY KEY);
         CREATE TABLE csvs (id int NOT NULL) ENGINE = CSV;",
    );
    run(async {
        let mut session = scene.open("main").await;
        let scope = session.begin_integrity(Some(Integrity::Full)).await.unwrap();
        assert_eq!(scope.structures.len(), 2, "{scope:?}");
        assert_eq!(scope.limits, ["their engine cannot check its tables: mem (MEMORY)"]);
        for structure in &scope.structures {
            assert_eq!(session.check_structure(structure).await, Ok(Vec::new()));
        }
        assert!(shape(&mut session, "mem").await.emptied_by_restore.is_some());
        assert!(shape(&mut session, "kept").await.emptied_by_restore.is_none());
    });
}

#[test]
fn views_that_cannot_be_read_and_rows_that_refer_to_nothing_are_found() {
    let scene = Scene::planted(
        "CREATE TABLE gone (a int); CREATE VIEW broken AS SELECT a FROM gone; DROP TABLE gone;
         CREATE TABLE p (id int PRIMARY KEY, k int, UNIQUE (id, k)) ENGINE = InnoDB;
         CREATE TABLE c (id int PRIMARY KEY, p int, q int, FOREIGN KEY one (p) REFERENCES p (id),
           FOREIGN KEY two (p, q) REFERENCES p (id, k)) ENGINE = InnoDB;
         INSERT INTO p VALUES (1, 1); SET foreign_key_checks = 0;
         INSERT INTO c VALUES (1, 1, 1), (2, NULL, 5), (3, 7, NULL), (4, 8, 8); SET foreign_key_checks = 1;",
    );
    run(async {
        let mut session = scene.open("main").await;
        assert_eq!(session.open_view(&named("broken")).await, Err(Trouble::Rejected { code: "1356".into() }));
        let mut orphans = Vec::new();
        for reference in session.references().await.unwrap() {
            assert!(!reference.unproven);
            orphans.push((reference.columns.len(), session.orphans(&reference).await.unwrap()));
        }
        orphans.sort_unstable();
        assert_eq!(orphans, [(1, 2), (2, 1)]);
    });
}
