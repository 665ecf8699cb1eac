//! Data directories that are built once, by whoever comes first.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

fn templates(root: &Path) -> usize {
    fs::read_dir(root.join("templates")).unwrap().flatten().filter(|entry| entry.path().is_dir()).count()
}

#[test]
fn many_who_want_the_same_wait_for_the_one_who_builds_it() {
    let folder = Folder::new();
    let root = folder.0.join("store");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            // A store of its own for each, as each test is a process of its own.
            scope.spawn(|| {
                let store = Store::open_at(&root, Programs::find()).unwrap();
                let authority = Authority::new().unwrap();
                let directory = store.copy(&Fixture::pgbench(Engine::Postgres, 50)).unwrap();
                let server = directory.start(&Start::sound(&authority)).unwrap();
                assert_eq!(server.superuser_sql("bench", "SELECT count(*) FROM pgbench_accounts").unwrap(), "50");
            });
        }
    });
    assert_eq!(templates(&root), 2, "the bare one and the one with accounts");
    let left = fs::read_dir(root.join("running")).unwrap().flatten().filter(|entry| entry.path().is_dir()).count();
    assert_eq!(left, 0, "folders of servers");
}

#[test]
fn what_a_killed_process_left_is_removed_by_the_next_one() {
    let folder = Folder::new();
    let root = folder.0.join("store");
    let lives = Store::open_at(&root, Programs::none()).unwrap();
    let before: Vec<PathBuf> = fs::read_dir(root.join("running")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let left = root.join("running/1-0badcafe");
    fs::create_dir_all(left.join("1/data")).unwrap();
    fs::write(left.with_extension("lock"), "").unwrap();
    let next = Store::open_at(&root, Programs::none()).unwrap();
    assert!(!left.exists() && !left.with_extension("lock").exists());
    assert!(before.iter().all(|path| path.exists()), "a folder in use was removed");
    drop((lives, next));
}

#[test]
fn a_folder_that_others_can_write_is_not_trusted() {
    let folder = Folder::new();
    let root = folder.0.join("store");
    fs::create_dir(&root).unwrap();
    fs::set_permissions(&root, fs::Permissions::from_mode(0o777)).unwrap();
    let refused = Store::open_at(&root, Programs::none()).unwrap_err();
    assert!(matches!(refused, ServerError::NotOurs { .. }), "{refused}");
    let link = folder.0.join("link");
    std::os::unix::fs::symlink(&root, &link).unwrap();
    let refused = Store::open_at(&link, Programs::none()).unwrap_err();
    assert!(matches!(refused, ServerError::NotOurs { .. }), "{refused}");
}

#[test]
fn missing_programs_are_named_with_their_package() {
    let none = Programs::none();
    assert!(none.missing(Engine::Postgres).unwrap().contains("Debian package `postgresql`"));
    assert!(none.missing(Engine::MariaDb).unwrap().contains("`mariadb-server-core` and `mariadb-client-core`"));
    let folder = Folder::new();
    let store = Store::open_at(&folder.0.join("store"), none).unwrap();
    for engine in ENGINES {
        let error = store.copy(&Fixture::nothing(engine)).unwrap_err();
        assert!(matches!(error, ServerError::Missing(_)), "{error}");
    }
    let here = Programs::find();
    assert_eq!((here.missing(Engine::Postgres), here.missing(Engine::MariaDb)), (None, None));
    let error = Store::open().unwrap().copy(&Fixture::nothing(Engine::Postgres).on_postgres(9)).unwrap_err();
    assert!(error.to_string().contains("PostgreSQL 9 is not on this machine, only"), "{error}");
}
