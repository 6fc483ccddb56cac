//! Checks every document and every number.

use std::collections::HashMap;

use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Gate, Place, Result, Scope};

use super::model::Kind;
use super::store;
use crate::meter;
use crate::usage::lines::MONTH;

const BATCH: u64 = 200;

/// Everything that is wrong with documents, numbers and billed months; empty is good.
pub(crate) async fn faults(cx: &Cx) -> Result<Vec<String>> {
    let mut faults = documents(cx).await?;
    for (name, year, last) in store::all_series(cx.db()).await? {
        let numbers = store::numbers(cx.db(), &name, year).await?;
        numbers_faults(&format!("{name} {year}"), last, &numbers, &mut faults);
    }
    months(cx, &mut faults).await?;
    Ok(faults)
}

/// Numbers end at `last` and have no hole; after the oldest were deleted at the end of their term
/// they start later than 1.
fn numbers_faults(series: &str, last: i64, numbers: &[(i64, i64)], faults: &mut Vec<String>) {
    for pair in numbers.windows(2) {
        if let [(one, one_at), (next, next_at)] = pair {
            if *next != one + 1 {
                faults.push(format!("series {series}: {next} follows {one}"));
            }
            if next_at < one_at {
                faults.push(format!("series {series}: {next} was issued before {one}"));
            }
        }
    }
    if numbers.last().is_some_and(|(newest, _)| *newest != last) {
        faults.push(format!("series {series}: the counter stands at {last}"));
    }
}

async fn documents(cx: &Cx) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut after = None;
    loop {
        let batch = store::every(cx.db(), after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(faults) };
        after = Some(last.id);
        let at = Scope::<ByWorkflow>::acting("billing.verify", Place::Platform);
        let gate = Gate::new(cx, &at, &purpose::LEGAL, batch.iter().map(|row| row.snapshot.bytes())).await?;
        for issued in &batch {
            let document = issued.snapshot.open(&gate)?;
            faults.extend(document.faults());
            if document.hash()? != issued.hash {
                faults.push(format!("{}: the document was changed", issued.number));
            }
            if (document.net, document.tax, document.gross) != (issued.net, issued.tax, issued.gross) {
                faults.push(format!("{}: the amounts beside the document differ from it", issued.number));
            }
            if issued.kind == Kind::Invoice {
                let (_, _, credited) = store::credited(cx.db(), issued.id).await?;
                if credited > issued.gross.minor || credited != issued.credited {
                    faults.push(format!("{}: credit notes of {credited} do not fit", issued.number));
                }
                if issued.paid < 0 || issued.paid > issued.gross.minor {
                    faults.push(format!("{}: paid {} of {}", issued.number, issued.paid, issued.gross.minor));
                }
            }
        }
    }
}

/// Billed months of a meter follow each other without gap or overlap, from the first that was not
/// paid with the order.
async fn months(cx: &Cx, faults: &mut Vec<String>) -> Result<()> {
    let mut edges: HashMap<_, _> = HashMap::new();
    for meter in meter::store::every(cx.db()).await? {
        edges.insert(meter.id, crate::rate::month_boundary(meter.opened_at, meter.prepaid_periods)?);
    }
    for (meter, period) in store::months(cx.db(), MONTH).await? {
        let Some(edge) = edges.get_mut(&meter) else { continue };
        if period.from != *edge {
            faults.push(format!("{meter}: billed from {} after {edge}", period.from));
        }
        *edge = period.to;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(last: i64, numbers: &[(i64, i64)]) -> usize {
        let mut faults = Vec::new();
        numbers_faults("x", last, numbers, &mut faults);
        faults.len()
    }

    #[test]
    fn holes_repeats_and_late_dates_are_found() {
        assert_eq!(count(3, &[(1, 5), (2, 5), (3, 9)]), 0);
        assert_eq!(count(3, &[(1, 5), (3, 9)]), 1);
        assert_eq!(count(2, &[(1, 5), (2, 5), (2, 5)]), 1);
        assert_eq!(count(2, &[(1, 5), (2, 4)]), 1);
        assert_eq!(count(4, &[(1, 5), (2, 5)]), 1);
    }
}
