//! Terms and times in words.

/// What happened at the time that a column holds: the column itself is `Term::from`.
pub(crate) fn moment(column: &str) -> String {
    let words = match column {
        "at" => "it happened",
        "booked_at" => "it was booked",
        "changed_at" => "its last change",
        "closed_at" => "it was closed",
        "created_at" => "it was made",
        "deleted_at" => "it was deleted",
        "delivered_at" => "it was delivered",
        "done_at" | "finished_at" => "it was done",
        "ended_at" | "ends_at" | "to_at" => "its end",
        "expires_at" => "it expires",
        "issued_at" => "it was issued",
        "queued_at" => "it was queued",
        "seen_at" => "it was last seen",
        "started_at" => "it began",
        other => return format!("the time of “{}”", other.trim_end_matches("_at").replace('_', " ")),
    };
    words.to_owned()
}

/// "at once", "1 day", "30 days".
pub(super) fn days_in_words(days: u32) -> String {
    match days {
        0 => "at once".to_owned(),
        1 => "1 day".to_owned(),
        many => format!("{many} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_is_named_to_people() {
        assert_eq!(moment("at"), "it happened");
        assert_eq!(moment("paid_out_at"), "the time of “paid out”");
    }
}
