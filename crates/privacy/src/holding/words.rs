//! How long a kind of data is kept, as people say it. The published policy counts days instead, to be exact.

use kernel::map::{End, Table, Trigger};

use crate::policy::words::moment;

/// One sentence without its full stop, such as "For 400 days after it happened, or until you erase your account if that comes first".
pub(super) fn kept(table: &Table) -> String {
    let retention = &table.retention;
    let mut words = match retention.trigger {
        Trigger::After(column) if retention.days == 0 => format!("Until {}", moment(column)),
        Trigger::After(column) => format!("For {} after {}", span(retention.days), moment(column)),
        Trigger::WithOwner => "As long as your account".to_owned(),
        Trigger::Never => "As long as this installation".to_owned(),
    };
    if matches!(retention.end, End::Null(_)) {
        words.push_str(", then emptied of what is personal");
    }
    match (retention.law, retention.trigger) {
        (Some(law), _) => words.push_str(&format!("; also when you erase your account, because of {law}")),
        (None, Trigger::After(_)) => words.push_str(", or until you erase your account if that comes first"),
        (None, _) => {}
    }
    words
}

/// Years where the days come to whole ones, leap days included.
fn span(days: u32) -> String {
    let years = (days * 4 + 2) / 1461;
    match (years, days) {
        (1.., _) if days.abs_diff(years * 1461 / 4) <= 3 => {
            if years == 1 {
                "1 year".to_owned()
            } else {
                format!("{years} years")
            }
        }
        (_, 1) => "1 day".to_owned(),
        (_, many) => format!("{many} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_years_are_years_and_everything_else_is_days() {
        for (days, words) in [(1, "1 day"), (30, "30 days"), (365, "1 year"), (400, "400 days"), (730, "2 years"), (3653, "10 years")] {
            assert_eq!(span(days), words);
        }
    }
}
