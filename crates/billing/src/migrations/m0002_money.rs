//! The ledger, payments, and what the test provider remembers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, integer, pk_uuid, string, text, text_null, uuid, uuid_null};

kernel::migration!("billing_m0002_money");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let tables = [
        Table::create().table("billing_head").col(string("name").primary_key()).col(big_integer("seq")).col(binary("hash")).to_owned(),
        Table::create()
            .table("billing_balance")
            .col(string("account").primary_key())
            .col(uuid_null("organisation_id"))
            .col(string("currency"))
            .col(big_integer("minor"))
            .col(big_integer("changed_at"))
            .to_owned(),
        Table::create()
            .table("billing_entry")
            .col(big_integer("seq").primary_key())
            .col(uuid("organisation_id"))
            .col(string("key").unique_key())
            .col(string("memo"))
            .col(string("document"))
            .col(big_integer_null("reverses"))
            .col(big_integer("booked_at"))
            .col(binary("previous"))
            .col(binary("hash"))
            .to_owned(),
        Table::create()
            .table("billing_leg")
            .col(big_integer("seq"))
            .col(integer("position"))
            .col(string("account"))
            .col(big_integer("minor"))
            .col(big_integer("booked_at"))
            .primary_key(Index::create().col("seq").col("position"))
            .to_owned(),
        Table::create()
            .table("billing_payment")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string("intent_key").unique_key())
            .col(string("purpose"))
            .col(string("subject"))
            .col(big_integer("amount"))
            .col(string("currency"))
            .col(string("method"))
            .col(string("provider"))
            .col(string("state"))
            .col(text_null("problem"))
            .col(text_null("charge"))
            .col(uuid_null("invoice_id"))
            .col(big_integer("refunded"))
            .col(big_integer("created_at"))
            .col(big_integer("changed_at"))
            .to_owned(),
        Table::create()
            .table("billing_allocation")
            .col(uuid("payment_id"))
            .col(uuid("invoice_id"))
            .col(big_integer("amount"))
            .col(big_integer("at"))
            .primary_key(Index::create().col("payment_id").col("invoice_id"))
            .to_owned(),
        Table::create()
            .table("billing_refund")
            .col(string("key").primary_key())
            .col(uuid("payment_id"))
            .col(big_integer("amount"))
            .col(text("reason"))
            .col(string("state"))
            .col(big_integer("created_at"))
            .to_owned(),
        Table::create()
            .table("billing_testcharge")
            .col(string("intent_key").primary_key())
            .col(big_integer("amount"))
            .col(string("currency"))
            .col(string("method"))
            .col(string("state"))
            .col(big_integer_null("settles_at"))
            .col(big_integer("refunded"))
            .col(big_integer("created_at"))
            .to_owned(),
        Table::create()
            .table("billing_testrefund")
            .col(string("key").primary_key())
            .col(string("intent_key"))
            .col(big_integer("amount"))
            .col(big_integer("created_at"))
            .to_owned(),
    ];
    for table in tables {
        schema.create_table(table).await?;
    }
    let indexes = [
        Index::create().name("billing_balance_organisation").table("billing_balance").col("organisation_id").to_owned(),
        Index::create().name("billing_entry_organisation").table("billing_entry").col("organisation_id").col("seq").to_owned(),
        Index::create().name("billing_payment_organisation").table("billing_payment").col("organisation_id").col("id").to_owned(),
        Index::create().name("billing_payment_state").table("billing_payment").col("state").col("changed_at").to_owned(),
        Index::create().name("billing_payment_invoice").table("billing_payment").col("invoice_id").to_owned(),
        Index::create().name("billing_allocation_invoice").table("billing_allocation").col("invoice_id").to_owned(),
        Index::create().name("billing_refund_payment").table("billing_refund").col("payment_id").to_owned(),
    ];
    for index in indexes {
        schema.create_index(index).await?;
    }
    Ok(())
}
