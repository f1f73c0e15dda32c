//! `actlog serve` and its store when the disk is full, the file cannot be written, the database is damaged, or it cannot keep up:
//! each is told clearly, and what was acknowledged stays.

use std::process::Command;

use rusqlite::Connection;

use crate::program::{Place, event, events};
use crate::server::Server;

/// Ids of the events that are in the store, in order.
fn kept(place: &Place) -> Vec<String> {
    let found = place.run("search --store audit.db --entity account --json").ended(0).lines();
    let mut ids: Vec<String> = found.iter().map(|record| record["EventId"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn ids(numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
    numbers.map(|id| format!("00000000-0000-4000-8000-{id:012}")).collect()
}

#[test]
fn serve_whose_store_is_full_refuses_and_keeps_what_it_acknowledged() {
    let place = Place::new();
    let server = Server::start(&place, "--anonymous --max-store-bytes 256K");
    let refused = (1..=2_000).find_map(|id| match server.post(&event(id), None) {
        (200, _) => None,
        answer => Some((id, answer)),
    });
    let (refused, (status, answer)) = refused.expect("the store is full at some time");
    let told = answer["Error"].as_str().unwrap();
    assert_eq!((status, &answer["Reason"]), (503, &"unavailable".into()), "{answer}");
    assert!(told.contains("the disk is full, or the store has reached its limit of size; nothing was stored"), "{told}");
    // Nobody may look unseen: what cannot be recorded is not answered.
    let (status, answer) = server.get("/api/search?Message=Retrieve", None);
    assert_eq!(status, 503, "{answer}");
    server.stop();
    assert_eq!(kept(&place), ids(1..=refused - 1));
    place.run("verify --store audit.db").ended(0);
    // With more room it goes on where it was.
    let server = Server::start(&place, "--anonymous");
    assert_eq!(server.post(&events(refused), None).0, 200);
    drop(server);
    assert_eq!(kept(&place), ids(1..=refused));
}

/// The program as somebody to whom files that are read-only are read-only: not as root.
#[cfg(unix)]
fn as_nobody(place: &Place, arguments: &str) -> (Option<i32>, String) {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    for (name, mode) in [("audit.db", 0o444), ("audit.db.key", 0o444), ("audit.db.head", 0o444), ("", 0o555)] {
        std::fs::set_permissions(place.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut command = if rustix::process::geteuid().is_root() {
        // Another user may not reach where the program was built.
        let program = tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o755)).tempdir().unwrap().keep().join("actlog");
        std::fs::copy(env!("CARGO_BIN_EXE_actlog"), &program).unwrap();
        let mut command = Command::new(program);
        command.uid(65_534).gid(65_534).env("HOME", "/nonexistent").env_remove("XDG_CACHE_HOME");
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_actlog"))
    };
    let program = command.get_program().to_owned();
    let ran = command.current_dir(place.path("")).args(arguments.split_whitespace()).output().unwrap();
    if rustix::process::geteuid().is_root() {
        std::fs::remove_dir_all(std::path::Path::new(&program).parent().unwrap()).unwrap();
    }
    std::fs::set_permissions(place.path(""), std::fs::Permissions::from_mode(0o755)).unwrap();
    (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
}

#[test]
#[cfg(unix)]
fn serve_on_a_store_that_is_read_only_does_not_start_and_says_why() {
    let place = Place::new();
    place.write("events", events(3));
    place.run("run events --store audit.db -o records --summary none").ended(0);
    let (code, told) = as_nobody(&place, "serve --anonymous --listen 127.0.0.1:0 --store audit.db --rejects /dev/null");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("audit.db") && (told.contains("read-only") || told.contains("ermission denied")), "{told}");
    assert_eq!(kept(&place), ids(1..=3));
}

#[test]
fn serve_on_a_damaged_store_says_so_and_proves_it() {
    let place = Place::new();
    let server = Server::start(&place, "--anonymous");
    server.post(&events(2_000), None);
    server.stop();
    let mut bytes = place.read("audit.db");
    let (from, to) = (bytes.len() / 4, bytes.len() / 2);
    bytes[from..to].fill(0x55);
    place.write("audit.db", bytes);
    let server = Server::start(&place, "--anonymous");
    // Either nobody can record that it was asked, or the file that has begun is cut off, which whoever reads it notices.
    let mut export = server.agent.get(format!("{}/api/export?Format=json", server.url)).call().unwrap();
    let status = export.status().as_u16();
    assert!(status == 503 || export.body_mut().read_to_string().is_err(), "{status}");
    let (status, answer) = server.get("/api/search?Text=nowhere", None);
    assert!(status >= 500 && answer["Error"].as_str().unwrap().contains("the store is damaged"), "{status} {answer}");
    let (status, answer) = server.post(&events(3_000), None);
    assert!(status == 503 && answer["Error"].as_str().unwrap().contains("damaged"), "{status} {answer}");
    drop(server);
    let told = place.run("search --store audit.db --json").ended(1).err;
    assert!(told.contains("the store is damaged"), "{told}");
    let told = place.run("verify --store audit.db");
    assert!(told.code == Some(3) || told.err.contains("damaged"), "{:?} {}", told.code, told.err);
}

#[test]
fn serve_that_cannot_keep_up_says_when_to_come_back_and_loses_nothing() {
    let place = Place::new();
    let server = Server::start(&place, "--anonymous");
    // Whoever holds the database's lock holds up the thread that writes.
    let other = Connection::open(place.path("audit.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answers: Vec<(u32, u16, Option<String>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (1..=400)
            .map(|id| {
                let (agent, url) = (&server.agent, format!("{}/events", server.url));
                scope.spawn(move || {
                    let response = agent.post(url).send(event(id)).unwrap();
                    let after = response.headers().get("Retry-After").map(|after| after.to_str().unwrap().to_owned());
                    (id, response.status().as_u16(), after)
                })
            })
            .collect();
        // Those that are too many are answered while the others wait.
        while !threads.iter().any(std::thread::ScopedJoinHandle::is_finished) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        other.execute_batch("ROLLBACK").unwrap();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut taken: Vec<String> = answers.iter().filter(|it| it.1 == 200).flat_map(|it| ids(it.0..=it.0)).collect();
    taken.sort();
    let refused: Vec<_> = answers.iter().filter(|it| it.1 != 200).collect();
    assert!(!refused.is_empty() && refused.iter().all(|it| it.1 == 503 && it.2.as_deref() == Some("2")), "{refused:?}");
    assert!(taken.len() >= 256, "{}", taken.len());
    drop(server);
    assert_eq!(kept(&place), taken);
}
