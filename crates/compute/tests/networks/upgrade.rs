//! What was written when security groups were of cards is read as theirs of machines.

use kernel::cx::Cx;
use sea_orm::ConnectionTrait;

use super::*;

const BEFORE: [&str; 6] = [
    "ALTER TABLE compute_card ADD COLUMN security_group_id uuid",
    "CREATE INDEX compute_card_group ON compute_card (security_group_id)",
    "UPDATE compute_card SET security_group_id = (SELECT security_group_id FROM compute_instance WHERE id = instance_id)",
    "DROP INDEX compute_instance_group",
    "ALTER TABLE compute_instance DROP COLUMN security_group_id",
    "DELETE FROM seaql_migrations WHERE version = 'compute_m0022_groups_of_machines'",
];

async fn migrate(cx: &Cx) {
    let modules = [kernel::module(), workflow::module(), audit::module(), compute::module()];
    let lists: Vec<_> = modules.iter().map(|module| module.migrations).collect();
    cx.database().migrate(move || lists.iter().flat_map(|list| list()).collect()).await.unwrap();
}

both_engines!(security_groups_of_cards_become_those_of_machines, |engine| async move {
    let (test, _) = world(engine).await;
    let (net, web) = (network(&test, "front").await, group(&test, vec![tcp(22)]).await);
    let named = running(&test, "web", Connection { network_id: Some(net), security_group_id: Some(web) }).await;
    let (plain, alone) = (running(&test, "plain", inside(net)).await, running(&test, "alone", Connection::default()).await);
    let older = test.cx.write(async |tx| {
        for statement in BEFORE {
            tx.db().execute_unprepared(statement).await?;
        }
        Ok(())
    });
    older.await.unwrap();
    migrate(&test.cx).await;
    for (id, group, network) in [(named, Some(web), Some(net)), (plain, None, Some(net)), (alone, None, None)] {
        let machine = seen(&test, id).await;
        assert_eq!((machine.security_group_id, machine.network.map(|one| one.network_id)), (group, network));
    }
    let shown = security_group::view(&test.cx, &test.scope::<SecurityGroupView>().await, web).await.unwrap();
    assert_eq!(shown.machines, 1);
});
