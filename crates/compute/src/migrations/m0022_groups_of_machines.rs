//! A security group is a machine's and no longer its card's: it holds in a private network or in none.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

kernel::migration!("compute_m0022_groups_of_machines");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let (machine, card) = (Alias::new("compute_instance"), Alias::new("compute_card"));
    schema.alter_table(Table::alter().table(machine.clone()).add_column(uuid_null("security_group_id")).to_owned()).await?;
    let of_card = Query::select()
        .column("security_group_id")
        .from(card.clone())
        .and_where(Expr::col((card.clone(), Alias::new("instance_id"))).equals((machine.clone(), Alias::new("id"))))
        .to_owned();
    let moved = Query::update().table(machine).value("security_group_id", Expr::SubQuery(None, Box::new(of_card.into()))).to_owned();
    schema.execute(moved).await?;
    // The first index has been there since the column was.
    schema.drop_index(Index::drop().name("compute_card_group").table("compute_card").to_owned()).await?;
    schema.alter_table(Table::alter().table(card).drop_column("security_group_id").to_owned()).await?;
    let of_group = Index::create().name("compute_instance_group").table("compute_instance").col("security_group_id").to_owned();
    schema.create_index(of_group).await
}
