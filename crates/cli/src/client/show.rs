//! Tables and fields for people, JSON for programs.

use std::io::Write;

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use crate::outcome::Outcome;

/// Heading and JSON pointer of each column.
pub type Columns = &'static [(&'static str, &'static str)];

pub const PERSON: Columns = &[
    ("Id", "/id"),
    ("E-mail", "/email"),
    ("Name", "/name"),
    ("Verified", "/email_verified"),
    ("Organisation", "/organisations/0/name"),
    ("Project", "/organisations/0/projects/0/id"),
];
pub const SIZE: Columns = &[
    ("Id", "/id"),
    ("Name", "/name"),
    ("CPUs", "/cpus"),
    ("Memory MiB", "/memory_mib"),
    ("Disk GiB", "/disk_gib"),
    ("Month", "/monthly"),
    ("Hour", "/hourly"),
];
pub const SIZE_OF_OPERATOR: Columns = &[
    ("Id", "/id"),
    ("Name", "/name"),
    ("CPUs", "/cpus"),
    ("Memory MiB", "/memory_mib"),
    ("Disk GiB", "/disk_gib"),
    ("Month", "/monthly"),
    ("Hour", "/hourly"),
    ("Class", "/class"),
    ("On sale", "/visible"),
];
pub const NAMED: Columns = &[("Id", "/id"), ("Name", "/name")];
pub const ORDER: Columns =
    &[("Order", "/id"), ("State", "/state"), ("Host name", "/hostname"), ("Machine", "/instance_id"), ("Charged", "/charged_now"), ("Problem", "/problem")];
pub const INSTANCE: Columns = &[
    ("Id", "/id"),
    ("Name", "/name"),
    ("State", "/state"),
    ("Size", "/size/name"),
    ("Tags", "/tags"),
    ("Template", "/template/name"),
    ("SSH host", "/ssh/host"),
    ("SSH port", "/ssh/port"),
    ("Network", "/network/network_id"),
    ("Address there", "/network/ipv4"),
    ("Security group", "/security_group_id"),
    ("Public addresses", "/addresses"),
    ("IPv6 address", "/ipv6"),
    ("Created", "/created_at"),
];
pub const SNAPSHOT: Columns = &[
    ("Id", "/id"),
    ("Name", "/name"),
    ("State", "/state"),
    ("Memory", "/memory"),
    ("Disk GiB", "/disk_gib"),
    ("Taken", "/created_at"),
    ("Problem", "/problem"),
];
pub const METRIC: Columns = &[
    ("At", "/at"),
    ("CPU %", "/cpu_percent"),
    ("Memory KiB", "/memory_bytes"),
    ("Read KiB/s", "/disk_read"),
    ("Written KiB/s", "/disk_written"),
    ("Received KiB/s", "/received"),
    ("Sent KiB/s", "/sent"),
];
pub const IMAGE: Columns = &[
    ("Id", "/id"),
    ("Name", "/name"),
    ("State", "/state"),
    ("Disk GiB", "/disk_gib"),
    ("Received", "/received_bytes"),
    ("Of", "/total_bytes"),
    ("Machines", "/machines"),
    ("SHA-256", "/sha256"),
    ("Problem", "/problem"),
];
pub const TEMPLATE: Columns =
    &[("Id", "/id"), ("Key", "/key"), ("Name", "/name"), ("Source", "/source"), ("Hidden", "/hidden"), ("Retired", "/retired_at"), ("Machines", "/machines")];
pub const VERSION: Columns = &[
    ("Image", "/id"),
    ("Template", "/template_id"),
    ("Version", "/version"),
    ("State", "/state"),
    ("Disk GiB", "/disk_gib"),
    ("Machines", "/machines"),
    ("Nodes", "/nodes"),
    ("Problem", "/problem"),
];
pub const BACKUP: Columns = &[
    ("Id", "/id"),
    ("Machine", "/hostname"),
    ("Name", "/name"),
    ("State", "/state"),
    ("By plan", "/scheduled"),
    ("Bytes", "/bytes"),
    ("Format", "/format"),
    ("Taken", "/taken_at"),
    ("Tested", "/restore_test/outcome"),
    ("Problem", "/problem"),
];
pub const BACKUP_PLAN: Columns =
    &[("How often", "/frequency"), ("Day", "/weekday"), ("Hour (UTC)", "/hour"), ("Kept", "/keep"), ("Tested", "/restore_tests"), ("Next", "/next_at")];
pub const DISK: Columns = &[
    ("Id", "/id"),
    ("Name", "/name"),
    ("State", "/state"),
    ("GiB", "/size_gib"),
    ("Region", "/region/name"),
    ("Machine", "/instance_id"),
    ("Device", "/device"),
];
pub const NETWORK: Columns = &[
    ("Id", "/id"),
    ("Name", "/name"),
    ("State", "/state"),
    ("Region", "/region/name"),
    ("Addresses", "/subnet"),
    ("Gateway", "/gateway"),
    ("Way out", "/egress"),
    ("IPv6", "/ipv6"),
    ("Machines", "/machines"),
];
pub const ADDRESS: Columns = &[("Id", "/id"), ("Address", "/ipv4"), ("Machine", "/instance_id"), ("Reverse name", "/reverse_name"), ("Since", "/created_at")];
pub const SECURITY_GROUP: Columns = &[("Id", "/id"), ("Name", "/name"), ("Machines", "/machines"), ("Made", "/created_at")];
pub const RULE: Columns = &[("Way", "/direction"), ("What", "/protocol"), ("From port", "/ports/from"), ("To port", "/ports/to"), ("Other end", "/peer")];
pub const PREVIEWED: Columns = &[("Id", "/id"), ("Name", "/name"), ("Address", "/ipv4")];
pub const ADDRESS_POOL: Columns =
    &[("Id", "/id"), ("Name", "/name"), ("Region", "/region/name"), ("Addresses", "/subnet"), ("Used", "/used"), ("Resting", "/resting"), ("Free", "/free")];
pub const SSH_KEY: Columns = &[("Id", "/id"), ("Name", "/name"), ("Fingerprint", "/fingerprint"), ("Kept", "/created_at")];
pub const QUOTA: Columns = &[("What", "/what"), ("There are", "/used"), ("May be", "/limit"), ("Left", "/left")];
pub const INVOICE: Columns = &[
    ("Id", "/id"),
    ("Number", "/number"),
    ("State", "/state"),
    ("Issued", "/issued_at"),
    ("Net", "/net"),
    ("Tax", "/tax"),
    ("Gross", "/gross"),
    ("Due", "/due"),
];
pub const INVOICES: Columns = &[("Id", "/id"), ("Number", "/number"), ("State", "/state"), ("Issued", "/issued_at"), ("Gross", "/gross"), ("Due", "/due")];
pub const LINE: Columns = &[("Description", "/description"), ("Quantity", "/quantity"), ("Unit", "/unit"), ("Amount", "/amount")];
pub const METERED: Columns = &[
    ("Of", "/resource_id"),
    ("Ran (h)", "/running_hours"),
    ("Disk (GiB h)", "/disk_gib_hours"),
    ("Received (GiB)", "/received_gib"),
    ("Sent (GiB)", "/sent_gib"),
    ("Covered until", "/covered_until"),
];
pub const CLUSTER: Columns = &[
    ("Name", "/name"),
    ("Region", "/region"),
    ("By", "/source"),
    ("State", "/node/state"),
    ("First address", "/addresses/0/host"),
    ("Token", "/token_id"),
    ("Machines", "/node/instances"),
    ("Problem", "/node/problem"),
];
pub const NODE: Columns = &[
    ("Id", "/id"),
    ("Name", "/name"),
    ("State", "/state"),
    ("Region", "/region/name"),
    ("Driver", "/driver"),
    ("Class", "/class"),
    ("Machines", "/instances"),
    ("CPUs promised", "/cpus_used"),
    ("of", "/cpus_limit"),
    ("MiB promised", "/memory_used_mib"),
    ("of", "/memory_limit_mib"),
    ("Closed because", "/closed_because"),
    ("Problem", "/problem"),
];
pub const HOST: Columns = &[
    ("Host", "/name"),
    ("Answers", "/online"),
    ("CPUs", "/cpus"),
    ("Memory MiB", "/memory_mib"),
    ("in use", "/memory_used_mib"),
    ("Machines", "/instances"),
    ("Maintenance", "/maintenance/reason"),
];
pub const DRAINED: Columns = &[("Machine", "/instance_id"), ("State", "/state"), ("Why", "/reason"), ("Goes to", "/host")];
pub const STORAGE: Columns =
    &[("Storage", "/name"), ("Host", "/host"), ("Disks", "/disks"), ("Archives", "/backups"), ("MiB", "/total_mib"), ("free", "/free_mib")];
pub const STRANGER: Columns =
    &[("Guest of others", "/name"), ("Address", "/address"), ("Host", "/host"), ("Runs", "/running"), ("CPUs", "/cpus"), ("Memory MiB", "/memory_mib")];
pub const ACTIVITY: Columns =
    &[("When", "/at"), ("Who", "/actor/name"), ("What", "/action"), ("Target", "/target"), ("Summary", "/summary"), ("Outcome", "/outcome")];
pub const HOLDING: Columns = &[("What", "/title"), ("Rows", "/count")];
pub const GOES: Columns = &[("Goes", "/title"), ("Rows", "/count"), ("How", "/what")];
pub const STAYS: Columns = &[("Stays", "/title"), ("Rows", "/count"), ("Because", "/law"), ("Until", "/until")];
pub const BILLS: Columns = &[("Invoiced first", "/total")];
pub const REQUEST: Columns = &[
    ("Request", "/id"),
    ("Kind", "/kind"),
    ("State", "/state"),
    ("Received", "/received_at"),
    ("Due before", "/due_at"),
    ("By", "/law"),
    ("Use", "/purpose"),
    ("Text", "/text"),
    ("Answer", "/answer"),
    ("Closed", "/closed_at"),
    ("Authority", "/authority/name"),
    ("", "/authority/url"),
];
pub const REQUESTS: Columns = &[("Request", "/id"), ("Kind", "/kind"), ("State", "/state"), ("Due before", "/due_at"), ("Late", "/overdue")];
pub const OBJECTION: Columns = &[("Use", "/purpose"), ("To", "/text"), ("Objection is final", "/absolute"), ("Objected", "/objected_at")];
pub const LAW: Columns = &[("Law", "/name"), ("Source", "/source"), ("Status", "/status")];

/// An instant of the API to the second; `None` where the text is none.
fn moment(text: &str) -> Option<String> {
    // Shorter ones are dates, and numbers that happen to be a year.
    let at: jiff::Timestamp = (text.len() >= "2026-01-01T00:00:00Z".len() && text.ends_with('Z')).then(|| text.parse().ok())??;
    Some(at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// A value in a cell: money as an amount, an instant to the second, missing as nothing.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => moment(text).unwrap_or_else(|| text.clone()),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Array(items)) => items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join(", "),
        Some(value @ Value::Object(_)) => serde_json::from_value::<kernel::Money>(value.clone()).map_or_else(|_| value.to_string(), |money| money.to_string()),
        Some(other) => other.to_string(),
    }
}

/// Prints rows, without the columns in which no row has anything.
pub fn table(items: &[Value], columns: Columns) -> Outcome {
    if items.is_empty() {
        say("Nothing here yet.");
        return Ok(());
    }
    let columns: Vec<_> = columns.iter().filter(|(_, pointer)| items.iter().any(|item| !cell(item.pointer(pointer)).is_empty())).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(columns.iter().map(|(heading, _)| *heading));
    for item in items {
        table.add_row(columns.iter().map(|(_, pointer)| cell(item.pointer(pointer))));
    }
    say(table);
    Ok(())
}

/// Prints one thing, a line per field.
pub fn one(value: &Value, columns: Columns) -> Outcome {
    let width = columns.iter().map(|(heading, _)| heading.len()).max().unwrap_or(0);
    for (heading, pointer) in columns {
        let text = cell(value.pointer(pointer));
        if !text.is_empty() {
            say(format!("{heading:width$}  {text}"));
        }
    }
    Ok(())
}

/// Prints JSON.
pub fn json(value: &Value) -> Outcome {
    say(serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Prints a line. A reader that has gone away, such as `head`, ends the program quietly.
pub fn say(text: impl std::fmt::Display) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_say_what_a_person_reads() {
        assert_eq!(cell(Some(&json!("2026-11-30T16:35:04.018268Z"))), "2026-11-30 16:35:04 UTC");
        assert_eq!(cell(Some(&json!("2026-11-30"))), "2026-11-30");
        assert_eq!(cell(Some(&json!("a machine by the name of Z"))), "a machine by the name of Z");
        assert_eq!(cell(Some(&json!({ "minor": 400, "currency": "EUR" }))), "4.00 EUR");
        assert_eq!((cell(Some(&json!(true))), cell(Some(&json!(["a", "b"]))), cell(None)), ("yes".to_owned(), "a, b".to_owned(), String::new()));
    }
}
