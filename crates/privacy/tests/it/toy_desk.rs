//! Who bills, writes and keeps names in the tests of rights.

use std::sync::{Arc, Mutex};

use kernel::id::Id;
use kernel::{ByWorkflow, Cx, PersonId, Result, Scope};
use privacy::Owners;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};

/// Bills, writes and keeps a name in two places.
#[derive(Clone, Default)]
pub struct ToyDesk(pub Arc<Mutex<Desk>>);

#[derive(Default)]
pub struct Desk {
    /// What is not billed yet, in cents.
    pub unbilled: i64,
    /// What happened, in order.
    pub done: Vec<String>,
    /// Mails that the server does not take.
    pub stuck: usize,
    /// How often the recipient does not answer.
    pub silent: usize,
    /// What each place says.
    pub names: std::collections::BTreeMap<&'static str, String>,
}

impl ToyDesk {
    pub fn at(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.0.lock().unwrap()
    }
}

fn euros(minor: i64) -> kernel::Money {
    kernel::Money::new(minor, kernel::Currency::from_code("EUR").unwrap())
}

#[async_trait::async_trait]
impl privacy::Settlement for ToyDesk {
    async fn preview(&self, _: &Cx, _: &Owners) -> Result<Vec<privacy::FinalBill>> {
        let unbilled = self.at().unbilled;
        Ok((unbilled > 0).then(|| privacy::FinalBill { number: None, total: euros(unbilled) }).into_iter().collect())
    }
    async fn settle(&self, _: &Cx, _: &Owners) -> Result<Vec<privacy::FinalBill>> {
        let mut desk = self.at();
        let unbilled = std::mem::take(&mut desk.unbilled);
        if unbilled == 0 {
            return Ok(Vec::new());
        }
        desk.done.push(format!("billed {unbilled}"));
        Ok(vec![privacy::FinalBill { number: Some("F-1".to_owned()), total: euros(unbilled) }])
    }
}

#[async_trait::async_trait]
impl privacy::Post for ToyDesk {
    async fn farewell(&self, cx: &Cx, person: PersonId, _: privacy::certificate::CertificateId, bills: &str) -> Result<usize> {
        // Whoever writes must still find them.
        let query = Query::select().column("id").from("toy_person").and_where(sea_orm::sea_query::Expr::col("id").eq(person.uuid())).to_owned();
        let there = cx.db().query_one(&query).await?.is_some();
        let mut desk = self.at();
        desk.done.push(format!("mailed [{bills}] there={there}"));
        Ok(desk.stuck)
    }
}

/// A place that keeps a name; the one called `recipient` may be silent for a while.
pub struct ToyPlace(pub &'static str, pub ToyDesk);

#[async_trait::async_trait]
impl privacy::CorrectionHook for ToyPlace {
    fn place(&self) -> &'static str {
        self.0
    }
    fn keeps(&self, field: privacy::request::Field) -> bool {
        field == privacy::request::Field::Name
    }
    fn check(&self, correction: &privacy::request::NewCorrection) -> Result<()> {
        if correction.value.is_empty() { Err(kernel::Error::invalid("correction.value", "say what is right")) } else { Ok(()) }
    }
    async fn correct(&self, _: &Cx, _: &Scope<ByWorkflow>, _: &Owners, correction: &privacy::Correction) -> Result<Option<String>> {
        let mut desk = self.1.at();
        if self.0 == "recipient" && desk.silent > 0 {
            desk.silent -= 1;
            return Err(kernel::Error::unavailable("The recipient does not answer."));
        }
        Ok(desk.names.insert(self.0, correction.new.clone()))
    }
}
