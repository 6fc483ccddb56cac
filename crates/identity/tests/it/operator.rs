//! The set-up at first start, and what staff see.

use identity::operator::{self, NewOwner, Operator, SetUp};
use identity::organisation;
use kernel::{Currency, Kind, PageQuery};
use testkit::{Engine, Test, both_engines};

use crate::{EMAIL, PASSWORD, fresh, signed_up};

fn answers(token: &str) -> SetUp {
    SetUp {
        token: token.into(),
        operator: Operator {
            legal_name: "Example Hosting GmbH".into(),
            address: "Hauptstrasse 1\n10115 Berlin".into(),
            country: "de".into(),
            privacy_email: "privacy@example.com".into(),
            currency: Currency::from_code("EUR").unwrap(),
            tax_registration: Some("DE123456789".into()),
        },
        owner: NewOwner { email: "owner@example.org".into(), password: PASSWORD.into(), name: "Grace".into() },
    }
}

pub(crate) async fn set_up(test: &Test) {
    let token = operator::issue_setup_token(&test.cx).await.unwrap();
    operator::set_up(&test.cx, &answers(&token)).await.unwrap();
}

both_engines!(the_set_up_works_once_with_the_newest_link, |engine: Engine| async move {
    let test = fresh(engine).await;
    assert!(operator::is_needed(test.cx.db()).await.unwrap());
    let old = operator::issue_setup_token(&test.cx).await.unwrap();
    let link = operator::issue_setup_token(&test.cx).await.unwrap();
    assert_eq!(operator::set_up(&test.cx, &answers(&old)).await.unwrap_err().fields()[0].field, "token");
    let weak = SetUp { owner: NewOwner { password: "password".into(), ..answers(&link).owner }, ..answers(&link) };
    assert_eq!(operator::set_up(&test.cx, &weak).await.unwrap_err().fields()[0].field, "owner.password");
    assert!(operator::is_needed(test.cx.db()).await.unwrap(), "nothing was stored");

    operator::set_up(&test.cx, &answers(&link)).await.unwrap();
    assert_eq!(operator::particulars(test.cx.db()).await.unwrap().unwrap().country, "DE");
    assert_eq!(operator::set_up(&test.cx, &answers(&link)).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(operator::issue_setup_token(&test.cx).await.unwrap_err().kind(), Kind::Conflict);
});

both_engines!(staff_list_organisations_on_record, |engine: Engine| async move {
    let test = fresh(engine).await;
    set_up(&test).await;
    let ada = signed_up(&test.cx, EMAIL, "Ada").await;
    signed_up(&test.cx, "eve@example.org", "Eve").await;
    test.authority.become_staff(kernel::id::Id::from_uuid(test.cx.new_uuid()));
    let query = PageQuery { limit: Some(2), after: None };
    let page = organisation::list_all(&test.cx, &test.scope().await, &query).await.unwrap();
    assert_eq!(page.items.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Eve's organisation", "Ada's organisation"]);
    let rest = organisation::list_all(&test.cx, &test.scope().await, &PageQuery { limit: Some(2), after: page.next }).await.unwrap();
    assert_eq!(rest.items.len(), 1);

    let looks = {
        use sea_orm::ConnectionTrait;
        use sea_orm::sea_query::{Expr, ExprTrait, Query};
        let query = Query::select()
            .column("permission")
            .from("kernel_access")
            .and_where(Expr::col("owner_id").eq(kernel::id::Id::uuid(ada.organisation_id)))
            .to_owned();
        test.cx.db().query_all(&query).await.unwrap()
    };
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0].try_get::<String>("", "permission").unwrap(), "identity.operator_organisation.list");
});
