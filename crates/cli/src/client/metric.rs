//! What a machine did, as a table.

use clap::ValueEnum;
use serde_json::{Map, Value};

use super::api::Api;
use super::show;
use crate::outcome::Outcome;

/// The latest time.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Last {
    #[value(name = "1h")]
    Hour,
    #[value(name = "6h")]
    SixHours,
    #[value(name = "24h")]
    Day,
    #[value(name = "7d")]
    Week,
    #[value(name = "30d")]
    Month,
}

/// `fairhold vm metrics`
pub async fn show(api: &Api, id: &str, last: Last) -> Outcome {
    let word = last.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let metrics = api.read(&format!("/v1/instances/{id}/metrics?last={word}")).await?;
    if api.json { show::json(&metrics) } else { show::table(&points(&metrics), show::METRIC) }
}

/// A row per point that has figures.
fn points(metrics: &Value) -> Vec<Value> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let series: Vec<(&str, Vec<Value>)> = show::METRIC
        .iter()
        .filter_map(|(_, pointer)| pointer.strip_prefix('/'))
        .map(|name| (name, list(metrics.pointer(&format!("/series/{name}")))))
        .collect();
    let rows = list(metrics.get("at")).into_iter().enumerate().map(|(index, at)| {
        let figures = series.iter().filter_map(|(name, values)| Some(((*name).to_owned(), figure(name, values.get(index)?)?)));
        std::iter::once(("at".to_owned(), at)).chain(figures).collect::<Map<String, Value>>()
    });
    rows.filter(|row| row.len() > 1).map(Value::Object).collect()
}

fn figure(name: &str, value: &Value) -> Option<Value> {
    let number = value.as_f64()?;
    Some(match name {
        "cpu_percent" => format!("{number:.1}").into(),
        _ => format!("{:.1}", number / 1024.0).into(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_shown_for_each_point_with_figures() {
        let metrics = json!({ "at": ["10:00", "10:01"], "series": { "cpu_percent": [null, 12.34], "memory_bytes": [null, 2048], "sent": [null, 512] } });
        assert_eq!(points(&metrics), [json!({ "at": "10:01", "cpu_percent": "12.3", "memory_bytes": "2.0", "sent": "0.5" })]);
    }
}
