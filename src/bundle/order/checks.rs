//! The checks of an order.

use super::table::Table;
use crate::model::{Check, Level, Probe, TreePath};

/// Seconds that one try of a check may take if the order does not say.
const DEFAULT_TIMEOUT_SECS: u32 = 10;

/// The checks listed under `key`.
pub(super) fn checks(table: &Table<'_, '_>, key: &'static str) -> Vec<Check> {
    let read = |table: Table<'_, '_>| {
        let level = table.word("level").unwrap_or(Level::Required);
        let timeout_secs = table.number("timeout").unwrap_or(DEFAULT_TIMEOUT_SECS);
        let retries = table.number("retries").unwrap_or(0);
        let check = probe(&table).map(|probe| Check { probe, level, timeout_secs, retries });
        table.finish();
        check
    };
    table.tables(key).into_iter().filter_map(read).collect()
}

fn probe(table: &Table<'_, '_>) -> Option<Probe> {
    let with_path = |read: &dyn Fn(TreePath) -> Probe| table.must_path("path").map(read);
    match table.must_text("check").as_str() {
        "file" => {
            let (present, digest) = (table.flag("present").unwrap_or(true), table.digest("sha256"));
            with_path(&|path| Probe::File { path, present, digest })
        }
        "text" => {
            let contains = table.must_text("contains");
            with_path(&|path| Probe::Text { path, contains: contains.clone() })
        }
        "version" => Some(Probe::Version { is: table.must_text("is") }),
        "disk" => Some(Probe::Disk { free_bytes: table.must_number("free_bytes") }),
        "port" => Some(Probe::Port {
            host: table.text("host").unwrap_or_else(|| "localhost".to_owned()),
            port: table.must_number("port"),
            open: table.flag("open").unwrap_or(true),
        }),
        "http" => Some(Probe::Http {
            url: table.must_text("url"),
            status: table.number("status").unwrap_or(200),
            contains: table.text("contains"),
        }),
        "process" => Some(Probe::Process {
            name: table.must_text("name"),
            running: table.flag("running").unwrap_or(true),
        }),
        "" => None,
        other => {
            table.error(
                "check",
                format!("{other:?} is none of file, text, version, disk, port, http, process"),
            );
            None
        }
    }
}
