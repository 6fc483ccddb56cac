//! What machines did: samples by the minute and their sums by the hour.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, uuid};

kernel::migration!("compute_m0004_metrics");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (name, figures) in [("compute_metric_sample", ["uptime_us", "cpu_us"]), ("compute_metric_hour", ["cpu_us", "capacity_us"])] {
        let mut table = Table::create().table(name).col(uuid("instance_id")).col(big_integer("at")).to_owned();
        table.col(if name == "compute_metric_sample" { integer("cpus") } else { big_integer("measured_us") });
        for figure in figures.into_iter().chain(["memory_bytes", "disk_read_bytes", "disk_written_bytes", "received_bytes", "sent_bytes"]) {
            table.col(big_integer(figure));
        }
        schema.create_table(table.primary_key(Index::create().col("instance_id").col("at")).to_owned()).await?;
        // What is past its term is found by time.
        schema.create_index(Index::create().name(format!("{name}_at")).table(name).col("at").to_owned()).await?;
    }
    Ok(())
}
