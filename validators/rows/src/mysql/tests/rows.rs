//! What rows add up to, and how they are told apart.

use super::*;

/// Rows that a careless text of them would write alike.
const LOOKALIKES: &str = "
CREATE TABLE lookalikes (
  id int PRIMARY KEY, a varchar(20), b varchar(20), n int, c blob, d varbinary(20), f float, g double, z decimal(9,3),
  t time(6), bits bit(64), e enum('x', 'y', '')) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
INSERT INTO lookalikes (id, a, b) VALUES (1, NULL, NULL), (2, '', NULL), (3, NULL, ''), (4, '', ''), (5, 'a,', 'b'),
  (6, 'a', ',b'), (7, 'a', 'b'), (8, 'ab', ''), (9, '', 'ab'), (10, 'A', 'b'), (11, 'a ', 'b'), (12, 'ä', 'b'),
  (13, '1', NULL), (14, NULL, '1'), (15, '1,1', ''), (16, '0', '0');
INSERT INTO lookalikes (id, n) VALUES (17, 1), (18, 0), (19, -1);
INSERT INTO lookalikes (id, c) VALUES (20, ''), (21, '1'), (22, X'00'), (23, X'0000');
INSERT INTO lookalikes (id, d) VALUES (24, ''), (25, '1'), (26, X'00'), (27, X'2C'), (28, X'FF'), (29, X'FE');
INSERT INTO lookalikes (id, f) VALUES (30, 0.1), (31, 0.10000001), (32, 1);
INSERT INTO lookalikes (id, g) VALUES (33, 0.1), (34, 0.30000000000000004), (35, 0.3), (36, 1e300);
INSERT INTO lookalikes (id, z) VALUES (37, 0.1), (38, 0.101), (39, 1);
INSERT INTO lookalikes (id, t) VALUES (40, '00:00:00'), (41, '-00:00:01'), (42, '00:00:00.000001');
INSERT INTO lookalikes (id, bits) VALUES (43, 0), (44, 1), (45, ~0), (46, ~0 - 1);
INSERT INTO lookalikes (id, e) VALUES (47, 'x'), (48, 'y'), (49, '');
";

#[test]
fn rows_that_differ_hash_differently_and_order_does_not_matter() {
    let scene = Scene::planted(&format!(
        "{LOOKALIKES}
         CREATE TABLE turned LIKE lookalikes; INSERT INTO turned SELECT * FROM lookalikes ORDER BY id DESC;
         ALTER TABLE turned DROP PRIMARY KEY, ENGINE = MyISAM; ALTER TABLE turned ORDER BY id DESC;"
    ));
    run(async {
        let mut session = scene.open("main").await;
        let table = shape(&mut session, "lookalikes").await;
        let columns = columns_but(&table, &["id"]);
        let grid = Grid { column: "id", kind: KeyKind::Integer, width: 1 };
        let scanned = session.scan(&scan(&table, &columns, Part::EveryCell(grid))).await.unwrap();
        assert_eq!(scanned.piles.len(), 49);
        let sums: BTreeSet<i128> = scanned.piles.iter().map(|pile| pile.sum).collect();
        assert_eq!(sums.len(), 49, "{:?}", scanned.piles);
        let (straight, turned) = (whole(&mut session, "lookalikes").await, whole(&mut session, "turned").await);
        assert_eq!(straight, turned);
        let other_seed = Scan { seed: [8; 16], ..scan(&table, &columns, Part::EveryCell(grid)) };
        let others = session.scan(&other_seed).await.unwrap();
        assert!(others.piles.iter().all(|pile| !sums.contains(&pile.sum)), "the seed matters");
    });
}

#[test]
fn values_count_and_not_the_form_that_the_server_keeps_or_shows_them_in() {
    let table = |name: &str, charset: &str| {
        format!(
            "CREATE TABLE {name} (id int, w varchar(30), x char(30), y text, z enum('ä', 'b'), f float, g double,
               h decimal(20, 4), m timestamp(6) NULL, d datetime, u uuid, i inet6, b bit(5), j json)
               DEFAULT CHARACTER SET {charset};
             INSERT INTO {name} VALUES (1, 'Ünï', 'Çödé ', 'Straße', 'ä', 0.1, 1e-7, 12.5, '2026-03-29 01:30:00.5',
               '2026-03-29 02:30:00', '123e4567-e89b-12d3-a456-426655440000', '::1', b'10110', '{{\"a\": 1}}');"
        )
    };
    let sql = ["utf8mb4", "latin1", "utf16", "utf8mb3"].map(|charset| table(charset, charset)).concat();
    let scene = Scene::planted(&format!("SET NAMES utf8mb4; {sql}"));
    run(async {
        let mut session = scene.open("main").await;
        let seen = whole(&mut session, "utf8mb4").await;
        for other in ["latin1", "utf16", "utf8mb3"] {
            assert_eq!(whole(&mut session, other).await, seen, "{other}");
        }
        let settings = "SET GLOBAL time_zone = '-07:00', GLOBAL div_precision_increment = 9, \
            GLOBAL sql_mode = 'PAD_CHAR_TO_FULL_LENGTH,ANSI,ONLY_FULL_GROUP_BY', GLOBAL lc_time_names = 'de_DE', \
            GLOBAL init_connect = 'SET time_zone = \"+09:00\"', GLOBAL character_set_server = latin1, \
            GLOBAL sql_select_limit = 1, GLOBAL group_concat_max_len = 4";
        scene.server.superuser_sql("mysql", settings).unwrap();
        let mut session = scene.open("main").await;
        assert_eq!(whole(&mut session, "utf8mb4").await, seen);
        assert_eq!(session.tables().await.unwrap().len(), 4);
    });
}

#[test]
fn a_grid_holds_every_row_once_below_zero_and_beyond_64_bits() {
    let scene = Scene::planted(
        "CREATE TABLE signed (id bigint PRIMARY KEY, v int);
         INSERT INTO signed SELECT CAST(seq AS SIGNED) - 500, seq FROM seq_1_to_1000;
         INSERT INTO signed VALUES (-9223372036854775808, 1), (9223372036854775807, 2), (99999999999999999, 3);
         CREATE TABLE positive (id bigint unsigned PRIMARY KEY, v int);
         INSERT INTO positive VALUES (0, 1), (99999, 2), (100000, 3), (18446744073709551615, 4);
         CREATE TABLE uuids (id binary(16) PRIMARY KEY, v int);
         INSERT INTO uuids SELECT UNHEX(MD5(seq)), seq FROM seq_1_to_300;",
    );
    run(async {
        let mut session = scene.open("main").await;
        let cases = [
            ("signed", KeyKind::Integer, 7),
            ("signed", KeyKind::Integer, 99_999),
            ("positive", KeyKind::Integer, 100_000),
            ("uuids", KeyKind::Uuid, 1),
        ];
        for (name, kind, width) in cases {
            let table = shape(&mut session, name).await;
            assert_eq!(table.key.as_ref().map(|key| key.kind), Some(kind), "{name}");
            let columns = columns_but(&table, &[]);
            let grid = Grid { column: "id", kind, width };
            let cells = session.scan(&scan(&table, &columns, Part::EveryCell(grid))).await.unwrap().piles;
            let all = whole(&mut session, name).await;
            assert_eq!(cells.iter().map(|pile| pile.sum).sum::<i128>(), all.sum, "{name}");
            assert!(cells.len() > 2 && cells.len() < 400, "{name}: {}", cells.len());
            for cell in &cells {
                let part = Part::Cell(grid, cell.cell.unwrap());
                let found = session.scan(&scan(&table, &columns, part)).await.unwrap().piles;
                assert_eq!(found, [*cell], "{name}");
            }
        }
        assert_eq!(session.key_bounds(&named("signed"), "id").await, Ok(Some((i64::MIN, i64::MAX))));
        assert_eq!(session.key_bounds(&named("positive"), "id").await, Ok(Some((0, i64::MAX))));
        assert_eq!(session.largest(&named("positive"), "id").await, Ok(Some(18_446_744_073_709_551_615)));
    });
}

#[test]
fn settled_rows_are_told_from_later_ones_and_each_is_hashed_once() {
    let scene = Scene::planted(
        "SET sql_mode = ''; SET time_zone = '+00:00';
         CREATE TABLE moments (id int PRIMARY KEY, at datetime(6), day date, stamp timestamp(3) NULL);
         INSERT INTO moments VALUES (1, '2026-01-01 00:00:00', '2026-01-01', '2026-01-01 00:00:00'),
           (2, '2026-01-02 00:00:00', '2026-01-02', '2026-01-02 00:00:00'),
           (3, '2026-01-02 00:00:00.000001', '2026-01-03', '2026-01-02 00:00:00.001'),
           (4, '2031-01-01 00:00:00', '2031-01-01', '2031-01-01 00:00:00'), (5, NULL, NULL, NULL),
           (6, '0000-00-00', '0000-00-00', '0000-00-00');",
    );
    run(async {
        let mut session = scene.open("main").await;
        let table = shape(&mut session, "moments").await;
        let columns = columns_but(&table, &[]);
        let all = whole(&mut session, "moments").await;
        let newest = ["2026-01-02T00:00:00.000001Z", "2026-01-03T00:00:00Z", "2026-01-02T00:00:00.001Z"];
        for ((column, settled), newest) in [("at", 2), ("day", 1), ("stamp", 2)].into_iter().zip(newest) {
            let ages = Ages {
                column,
                settled_up_to: Some("2026-01-02T00:00:00Z".parse().unwrap()),
                newest_possible: "2027-01-01T00:00:00Z".parse().unwrap(),
            };
            let largest = ["id".to_owned()];
            let order = Scan { ages: Some(ages), largest: &largest, ..scan(&table, &columns, Part::Whole) };
            let Scanned { piles, largest } = session.scan(&order).await.unwrap();
            let [pile] = piles.as_slice() else { panic!("{piles:?}") };
            assert_eq!((pile.rows, pile.sum, pile.settled_rows), (6, all.sum, settled), "{column}");
            assert_eq!((pile.undated, pile.ahead), (2, 1), "{column}");
            assert_eq!(pile.newest, Some(newest.parse().unwrap()), "{column}");
            assert!(pile.settled_sum > 0 && pile.settled_sum < pile.sum, "{column}");
            assert_eq!(largest.get("id"), Some(&6));
        }
    });
}

#[test]
fn long_values_count_in_full_and_rows_that_cannot_be_hashed_are_no_rows_less() {
    let scene = Scene::planted(
        "CREATE TABLE blobs (id int PRIMARY KEY, b longblob, t longtext CHARACTER SET utf8mb4);
         INSERT INTO blobs VALUES (1, REPEAT('x', 6000000), REPEAT('y', 6000000));
         CREATE TABLE others LIKE blobs; INSERT INTO others VALUES (1, CONCAT(REPEAT('x', 5999999), 'z'), REPEAT('y', 6000000));
         CREATE TABLE old (id int PRIMARY KEY, t longtext CHARACTER SET latin1);
         INSERT INTO old VALUES (1, REPEAT('y', 6000000));
         CREATE TABLE wide (id int PRIMARY KEY, v varchar(16000)); INSERT INTO wide VALUES (1, REPEAT('v', 16000));",
    );
    run(async {
        let before = whole(&mut scene.open("main").await, "blobs").await;
        scene.server.superuser_sql("mysql", "SET GLOBAL max_allowed_packet = 1048576").unwrap();
        let mut session = scene.open("main").await;
        assert_eq!(whole(&mut session, "blobs").await, before, "whatever the server's limit is");
        assert_ne!(whole(&mut session, "others").await, before);
        let old = shape(&mut session, "old").await;
        let columns = columns_but(&old, &[]);
        let refused = session.scan(&scan(&old, &columns, Part::Whole)).await.unwrap_err();
        assert!(refused.to_string().contains("table old holds rows too long to hash"), "{refused}");
        scene.server.superuser_sql("mysql", "SET GLOBAL max_allowed_packet = 4096").unwrap();
        let mut session = scene.open("main").await;
        let wide = shape(&mut session, "wide").await;
        let columns = columns_but(&wide, &[]);
        let refused = session.scan(&scan(&wide, &columns, Part::Whole)).await.unwrap_err();
        assert!(refused.to_string().contains("raise max_allowed_packet"), "{refused}");
    });
}

#[test]
fn a_snapshot_does_not_see_what_is_written_after_it() {
    let scene = Scene::of(&shop());
    run(async {
        let mut session = scene.open("shop").await;
        session.begin_snapshot().await.unwrap();
        let before = whole(&mut session, "codes").await;
        let orders = whole(&mut session, "orders").await;
        scene.server.superuser_sql("shop", "DELETE FROM order_lines; DELETE FROM orders WHERE id > 1000").unwrap();
        assert_eq!(whole(&mut session, "orders").await, orders);
        session.end_snapshot().await.unwrap();
        assert_eq!(whole(&mut session, "orders").await.rows, 1000);
        assert_eq!(whole(&mut session, "codes").await, before);
    });
}
