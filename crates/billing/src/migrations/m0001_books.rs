//! Accounts, meters, usage, invoices and their numbers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, integer, pk_uuid, string, string_null, text, uuid, uuid_null};

kernel::migration!("billing_m0001_books");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let tables = [
        Table::create()
            .table("billing_account")
            .col(pk_uuid("organisation_id"))
            .col(string("currency"))
            .col(big_integer("clock_offset"))
            .col(big_integer("period_from"))
            .col(big_integer("created_at"))
            .to_owned(),
        Table::create()
            .table("billing_meter")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string("resource"))
            .col(string_null("open_resource").unique_key())
            .col(text("description"))
            .col(text("rates"))
            .col(big_integer("prepaid_periods"))
            .col(big_integer("opened_at"))
            .col(big_integer_null("closed_at"))
            .to_owned(),
        Table::create()
            .table("billing_reading")
            .col(string("resource"))
            .col(big_integer("sequence"))
            .col(uuid("meter_id"))
            .col(big_integer("at"))
            .primary_key(Index::create().col("resource").col("sequence"))
            .to_owned(),
        Table::create()
            .table("billing_usage")
            .col(uuid("meter_id"))
            .col(big_integer("hour"))
            .col(big_integer("running_seconds"))
            .col(big_integer("stopped_gib_seconds"))
            .col(big_integer("rx_bytes"))
            .col(big_integer("tx_bytes"))
            .primary_key(Index::create().col("meter_id").col("hour"))
            .to_owned(),
        Table::create()
            .table("billing_series")
            .col(string("issuer"))
            .col(string("series"))
            .col(integer("year"))
            .col(big_integer("last"))
            .col(big_integer("last_at"))
            .primary_key(Index::create().col("issuer").col("series").col("year"))
            .to_owned(),
        Table::create()
            .table("billing_invoice")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string("cause").unique_key())
            .col(string("kind"))
            .col(string("issuer"))
            .col(string("series"))
            .col(integer("year"))
            .col(big_integer("sequence"))
            .col(string("number"))
            .col(big_integer("period_from"))
            .col(big_integer("period_to"))
            .col(string("currency"))
            .col(big_integer("net"))
            .col(big_integer("tax"))
            .col(big_integer("gross"))
            .col(big_integer("issued_at"))
            .col(uuid_null("refers_to"))
            .col(binary("snapshot"))
            .col(binary("hash"))
            .col(string("state"))
            .col(big_integer("paid"))
            .col(big_integer("credited"))
            .to_owned(),
        Table::create()
            .table("billing_line")
            .col(uuid("invoice_id"))
            .col(integer("position"))
            .col(uuid_null("meter_id"))
            .col(big_integer("from_at"))
            .col(big_integer("to_at"))
            .col(string("unit"))
            .col(big_integer("amount"))
            .col(big_integer("issued_at"))
            .primary_key(Index::create().col("invoice_id").col("position"))
            .to_owned(),
    ];
    for table in tables {
        schema.create_table(table).await?;
    }
    let indexes = [
        Index::create().name("billing_meter_organisation").table("billing_meter").col("organisation_id").col("opened_at").to_owned(),
        Index::create().name("billing_meter_resource").table("billing_meter").col("resource").col("opened_at").to_owned(),
        Index::create().name("billing_reading_at").table("billing_reading").col("at").to_owned(),
        Index::create().name("billing_reading_meter").table("billing_reading").col("meter_id").to_owned(),
        Index::create().unique().name("billing_invoice_number").table("billing_invoice").col("issuer").col("series").col("year").col("sequence").to_owned(),
        Index::create().name("billing_invoice_organisation").table("billing_invoice").col("organisation_id").col("id").to_owned(),
        Index::create().name("billing_invoice_issued").table("billing_invoice").col("issued_at").to_owned(),
        Index::create().name("billing_line_meter").table("billing_line").col("meter_id").to_owned(),
        Index::create().name("billing_line_issued").table("billing_line").col("issued_at").to_owned(),
        Index::create().name("billing_account_period").table("billing_account").col("period_from").to_owned(),
    ];
    for index in indexes {
        schema.create_index(index).await?;
    }
    Ok(())
}
