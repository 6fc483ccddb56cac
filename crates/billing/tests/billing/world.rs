//! A world with a seller, buyers, and a provider whose answers can be lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use billing::meter::{Cycle, Meter, NewMeter, Rates, Reading};
use billing::payment::{Acquirer, Intent, Outcome, Payment, PaymentMethod, Provider, RefundIntent};
use billing::quote::{Price, Quote, quote};
use billing::{Directory, Particulars, Party, Seller, TestProvider};
use futures::future::BoxFuture;
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{ByWorkflow, Currency, Cx, Error, OrganisationId, Place, Result, Scope, Timestamp};
use testkit::{Engine, Test};

/// Knows a German seller and a German buyer.
struct Names;

impl Particulars for Names {
    fn operator<'a>(&'a self, _: &'a Cx) -> BoxFuture<'a, Result<Seller>> {
        let party = Party {
            name: "Nordlicht Hosting GmbH".to_owned(),
            address: Some("Speicherstraße 4\n20457 Hamburg".to_owned()),
            country: Some("DE".to_owned()),
            tax_id: Some("DE123456789".to_owned()),
        };
        Box::pin(async move { Ok(Seller { party, currency: Currency::from_code("EUR")? }) })
    }

    fn organisation<'a>(&'a self, _: &'a Cx, _: OrganisationId) -> BoxFuture<'a, Result<Party>> {
        Box::pin(async move { Ok(Party { name: "Åse Canary".to_owned(), country: Some("DE".to_owned()), ..Party::default() }) })
    }
}

/// The test provider behind a line that can lose answers after they took effect.
#[derive(Clone, Default)]
pub struct Flaky {
    pub lose: Arc<AtomicUsize>,
    pub charges: Arc<AtomicUsize>,
}

impl Flaky {
    fn lost(&self) -> bool {
        self.lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

#[async_trait::async_trait]
impl Provider for Flaky {
    fn name(&self) -> &'static str {
        "test"
    }

    async fn charge(&self, cx: &Cx, intent: &Intent) -> Result<Outcome> {
        self.charges.fetch_add(1, Ordering::SeqCst);
        let outcome = TestProvider.charge(cx, intent).await?;
        if self.lost() { Err(Error::unavailable("the answer was lost")) } else { Ok(outcome) }
    }

    async fn find(&self, cx: &Cx, intent_key: &str) -> Result<Option<Outcome>> {
        TestProvider.find(cx, intent_key).await
    }

    async fn confirm(&self, cx: &Cx, intent_key: &str, accept: bool) -> Result<Outcome> {
        let outcome = TestProvider.confirm(cx, intent_key, accept).await?;
        if self.lost() { Err(Error::unavailable("the answer was lost")) } else { Ok(outcome) }
    }

    async fn refund(&self, cx: &Cx, refund: &RefundIntent) -> Result<()> {
        TestProvider.refund(cx, refund).await?;
        if self.lost() { Err(Error::unavailable("the answer was lost")) } else { Ok(()) }
    }
}

pub struct World {
    pub test: Test,
    pub provider: Flaky,
}

impl World {
    pub async fn on(engine: Engine) -> Self {
        let provider = Flaky::default();
        let extensions = Extensions::default().with(Directory(Box::new(Names))).with(Acquirer(Box::new(provider.clone()))).with(TestProvider);
        let test = Test::with(engine, vec![audit::module(), billing::module()], extensions).await;
        assert_eq!(test.lint().await, Vec::<String>::new());
        Self { test, provider }
    }

    pub fn cx(&self) -> &Cx {
        &self.test.cx
    }

    pub fn organisation(&self) -> OrganisationId {
        self.test.authority.caller().organisation
    }

    pub fn work(&self) -> Scope<ByWorkflow> {
        work_for(self.organisation())
    }

    pub async fn pay_order(&self, order: &str, method: PaymentMethod) -> Payment {
        let payment = self.begin_order(order, method).await;
        billing::payment::advance(self.cx(), payment.id).await.unwrap()
    }

    pub async fn begin_order(&self, order: &str, method: PaymentMethod) -> Payment {
        let (at, quote) = (self.work(), monthly(self.cx(), self.organisation()).await);
        self.cx().write(async |tx| billing::payment::begin_order(&tx, &at, order, 1, &quote, method).await).await.unwrap()
    }

    pub async fn open(&self, resource: &str, cycle: Cycle) -> Meter {
        let at = self.work();
        let new = NewMeter {
            resource: resource.to_owned(),
            description: "Small machine".to_owned(),
            rates: rates(cycle),
            from: self.cx().now(),
            prepaid_periods: i64::from(cycle == Cycle::Monthly),
        };
        self.cx().write(async |tx| billing::meter::open(&tx, &at, new.clone()).await).await.unwrap()
    }

    pub async fn read(&self, resource: &str, sequence: i64, running_seconds: i64, at: Timestamp) -> bool {
        let scope = self.work();
        let reading = Reading { sequence, running_seconds, disk_gib_seconds: 36_000_000, rx_bytes: 7, tx_bytes: 3 << 30, at };
        self.cx().write(async |tx| billing::meter::record(&tx, &scope, resource, reading).await).await.unwrap()
    }

    /// Runs the job of that name once.
    pub async fn job(&self, name: &str) -> usize {
        let job = billing::module().jobs.iter().find(|job| job.name == name).unwrap();
        (job.run)(self.cx().clone()).await.unwrap()
    }

    pub async fn balance(&self, account: billing::ledger::Account) -> i64 {
        billing::ledger::balance(self.cx().db(), &account, Currency::from_code("EUR").unwrap()).await.unwrap().minor
    }

    pub async fn books_are_right(&self) {
        assert_eq!(billing::verify::verify(self.cx()).await.unwrap(), Vec::<String>::new());
    }
}

pub fn work_for(organisation: OrganisationId) -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting("test", Place::Organisation { organisation })
}

pub fn another_organisation(cx: &Cx) -> OrganisationId {
    OrganisationId::from_uuid(cx.new_uuid())
}

pub async fn monthly(cx: &Cx, organisation: OrganisationId) -> Quote {
    let price = Price { description: "Small machine".to_owned(), rates: rates(Cycle::Monthly) };
    quote(&price, &billing::tax_for(cx, organisation).await.unwrap()).unwrap()
}

pub fn rates(cycle: Cycle) -> Rates {
    Rates {
        currency: Currency::from_code("EUR").unwrap(),
        cycle,
        monthly_minor: 595,
        hourly: "0.0082".parse().unwrap(),
        stopped_disk_gib_hour: "0.0001".parse().unwrap(),
        traffic_gib: "0.01".parse().unwrap(),
        disk_gib: 10,
    }
}
