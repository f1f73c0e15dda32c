//! How fast records are stored and sealed against plain inserts of the same rows, and how fast questions are answered.
//!
//! `cargo bench -p actlog-store -- [--records N] [--rounds N] [--batch N] [--ids N] [--folder DIR] [--keep]`
//!
//! `--ids 10000000` fills a store with that many result ids and asks it; without it only storing is measured.

mod made;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use actlog_store::{Options, Query, Reader, Store, VERSION, parse_time};
use rusqlite::{Connection, params, types::Value};
use uuid::Uuid;

use made::{Made, entity, user};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str| {
        let position = arguments.iter().position(|argument| argument == name)?;
        arguments.get(position + 1)?.parse::<usize>().ok()
    };
    let text = |name: &str| arguments.get(arguments.iter().position(|argument| argument == name)? + 1).cloned();
    let (records, rounds) = (number("--records").unwrap_or(20_000), number("--rounds").unwrap_or(5));
    let batch = number("--batch").unwrap_or(1_000);
    let folder = text("--folder").map_or_else(std::env::temp_dir, PathBuf::from).join(format!("actlog-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder to work in");
    if rounds > 0 {
        compare(&folder, records, rounds, batch);
    }
    if let Some(ids) = number("--ids") {
        ask(&folder, ids);
    }
    if !arguments.iter().any(|argument| argument == "--keep") {
        let _ = std::fs::remove_dir_all(&folder);
    }
}

/// The store against plain inserts, in turn.
fn compare(folder: &Path, records: usize, rounds: usize, batch: usize) {
    let mut made = Made::new(records * 25);
    let batches: Vec<String> = (0..records / batch).map(|_| made.batch(batch)).collect();
    let bytes: usize = batches.iter().map(String::len).sum();
    let (mut ours, mut plains, mut rows) = (Vec::new(), Vec::new(), None);
    for round in 0..rounds {
        let path = folder.join(format!("ours-{round}.db"));
        let began = Instant::now();
        let mut store = Store::open(&path, Options::default()).expect("a store");
        for batch in &batches {
            store.append(batch.as_bytes()).expect("room");
        }
        store.close().expect("a seal");
        ours.push(began.elapsed());
        let rows = rows.get_or_insert_with(|| Rows::read(&path, batch));
        let path = folder.join(format!("plain-{round}.db"));
        let began = Instant::now();
        rows.write(&path);
        plains.push(began.elapsed());
        for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    let (ours, plain) = (median(&mut ours), median(&mut plains));
    let rate = |time: Duration| records as f64 / time.as_secs_f64();
    println!("{records} records of {} bytes, {} ids, {batch} a transaction, median of {rounds}", bytes / records, made.ids);
    println!("  stored and sealed  {:>9.0} records/s", rate(ours));
    println!("  plain inserts      {:>9.0} records/s", rate(plain));
    println!("  ratio              {:>9.2}", plain.as_secs_f64() / ours.as_secs_f64());
}

/// The rows of a store, as plain values.
struct Rows {
    schema: Vec<String>,
    names: Vec<Vec<Value>>,
    batches: Vec<[Vec<Vec<Value>>; 4]>,
}

const INSERTS: [(&str, &str, usize); 4] = [("record", "seq", 4), ("source", "source", 17), ("seen", "source", 3), ("tag", "source", 3)];

impl Rows {
    fn read(path: &Path, batch: usize) -> Self {
        let connection = Connection::open(path).expect("the store");
        let read = |sql: &str| -> Vec<Vec<Value>> {
            let mut statement = connection.prepare(sql).expect("a query");
            let count = statement.column_count();
            let rows = statement.query_map([], |row| (0..count).map(|column| row.get(column)).collect()).expect("rows");
            rows.collect::<Result<_, _>>().expect("rows")
        };
        let schema = read("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL");
        let schema =
            schema.into_iter().map(|row| if let [Value::Text(sql)] = row.as_slice() { sql.clone() } else { String::new() }).collect();
        let count: i64 = connection.query_row("SELECT max(seq) FROM record", [], |row| row.get(0)).expect("records");
        let batches = (0..count).step_by(batch).map(|from| {
            INSERTS.map(|(table, key, _)| {
                let mut rows = read(&format!("SELECT * FROM {table} WHERE {key} > {from} AND {key} <= {}", from + batch as i64));
                // In the order in which records give them, not in that of the table.
                rows.sort_by_key(|row| match (table, &row[row.len() - 1]) {
                    ("seen" | "tag", Value::Integer(source)) => *source,
                    _ => 0,
                });
                rows
            })
        });
        Rows { schema, names: read("SELECT no, text FROM name"), batches: batches.collect() }
    }

    fn write(&self, path: &Path) {
        let connection = Connection::open(path).expect("a file");
        connection.execute_batch("PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA cache_size = -65536").expect("pragmas");
        connection.execute_batch("PRAGMA secure_delete = on; PRAGMA journal_size_limit = 67108864").expect("pragmas");
        self.schema.iter().for_each(|sql| connection.execute_batch(sql).expect("a table"));
        let insert = |table: &str, columns: usize, rows: &[Vec<Value>]| {
            let marks = vec!["?"; columns].join(", ");
            let mut statement = connection.prepare_cached(&format!("INSERT INTO {table} VALUES ({marks})")).expect("an insert");
            for row in rows {
                statement.execute(rusqlite::params_from_iter(row)).expect("room");
            }
        };
        for (number, batch) in self.batches.iter().enumerate() {
            connection.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
            if number == 0 {
                insert("name", 2, &self.names);
            }
            for ((table, _, columns), rows) in INSERTS.iter().zip(batch) {
                insert(table, *columns, rows);
            }
            connection.execute_batch("COMMIT").expect("a commit");
        }
        connection.execute("INSERT INTO meta VALUES ('version', ?)", params![VERSION.to_be_bytes()]).expect("a row");
    }
}

/// Lets the oldest ten days go, in steps.
fn let_go(store: &mut Store) {
    let (mut times, mut records) = (Vec::new(), 0);
    loop {
        let began = Instant::now();
        let retained = store.retain(1_709_251_200_000 + 864_000_000, 500).expect("a step");
        times.push(began.elapsed());
        records += retained.records;
        if !retained.more || times.len() == 100 {
            break;
        }
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!("retention: {records} records in steps of 500: p50 {:.0} ms, p95 {:.0} ms, longest {:.0} ms", at(50), at(95), at(100));
}

/// Fills a store and asks it.
fn ask(folder: &Path, ids: usize) {
    let path = folder.join("large.db");
    let mut made = Made::new(ids);
    let mut store = Store::open(&path, Options::default()).expect("a store");
    let (began, mut records) = (Instant::now(), 0);
    while made.ids < ids {
        records += store.append(made.batch(5_000).as_bytes()).expect("room").stored;
    }
    store.seal().expect("a seal");
    let took = began.elapsed();
    let size = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    println!(
        "{records} records, {} ids: {:.0} s, {:.0} records/s, {} MB",
        made.ids,
        took.as_secs_f64(),
        records as f64 / took.as_secs_f64(),
        size >> 20
    );
    let reader = store.reader().expect("a reader");
    let name = |text: String| Some(text);
    measure("who_saw, 50 rows", |turn| reader.who_saw(made.pooled(turn as u64 * 7_919), 50, None).expect("an answer").rows.len());
    measure("who_saw_any of 20 ids, 50 rows", |turn| {
        let asked: Vec<Uuid> = (0..20).map(|id| made.pooled(turn as u64 * 7_919 + id * 31)).collect();
        reader.who_saw_any(&asked, 50, None).expect("an answer").rows.len()
    });
    let search = |query: &Query| page(&reader, query);
    measure("search: user, message, ten days", |turn| {
        let from = parse_time("2024-03-01").map(|first| first + (turn as i64 % 80) * 86_400_000);
        let to = from.map(|from| from + 864_000_000);
        search(&Query { user: name(user(turn)), message: name("RetrieveMultiple".to_owned()), from, to, ..Query::default() })
    });
    measure("search: entity, status Failed", |turn| {
        search(&Query { entity: name(entity(turn)), result_status: name("Failed".to_owned()), ..Query::default() })
    });
    measure("search: activity, category", |_| {
        search(&Query { activity: name("Accessed custom entity".to_owned()), category: name("Update".to_owned()), ..Query::default() })
    });
    measure("search: client address", |turn| search(&Query { client_ip: name(format!("203.0.113.{}", turn % 250)), ..Query::default() }));
    measure("search: text that is common", |_| search(&Query { text: name("statecode".to_owned()), ..Query::default() }));
    measure("search: user, text that is rare", |turn| {
        search(&Query { user: name(user(turn)), text: name(format!("value=\"{turn}77\"")), ..Query::default() })
    });
    measure("search: text that is nowhere", |_| search(&Query { text: name("nowhere at all".to_owned()), ..Query::default() }));
    println!("memory at most: {} MiB", memory());
    let_go(&mut store);
    let began = Instant::now();
    let report = actlog_store::verify(&path, Some(store.public_key())).expect("a verdict");
    println!("verify: {:.0} s, {} findings; memory at most {} MiB", began.elapsed().as_secs_f64(), report.findings.len(), memory());
}

fn page(reader: &Reader, query: &Query) -> usize {
    reader.search(query, 50, None).expect("an answer").rows.len()
}

fn measure(name: &str, mut question: impl FnMut(usize) -> usize) {
    let (mut times, mut rows) = (Vec::new(), 0);
    for turn in 0..300 {
        let began = Instant::now();
        rows += question(turn);
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1000.0;
    println!("  {name:<34} p50 {:>7.2} ms  p95 {:>7.2} ms  {:>4} rows on average", at(50), at(95), rows / times.len());
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The most memory that this process had, in MiB.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<usize>().ok()).unwrap_or(0) >> 10
}
