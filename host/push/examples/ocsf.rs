//! Turns records, NDJSON on standard input, into OCSF events on standard output. `tests/push/ocsf` looks at them.

use std::io::{self, BufRead, Write};

use actlog_push::ocsf;
use jiff::Timestamp;

fn main() -> io::Result<()> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let record = serde_json::from_str(&line?)?;
        writeln!(output, "{}", ocsf(&record, Timestamp::now()))?;
    }
    output.flush()
}
