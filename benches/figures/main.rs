//! Fairhold's figures, one line each with a baseline of the same run. `cargo bench -p benches`
//! prints all of them, `cargo bench -p benches -- list` those of one part.

mod console;
mod fleet;
mod list;
mod metric;
mod order;
mod provision;
mod reconcile;
mod seal;
mod stand;
mod start;
#[allow(dead_code, unused_imports)]
#[path = "../../tests/it/world/mod.rs"]
mod world;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| !one.starts_with("--")).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let Some(child) = start::Child::from_arguments(&arguments) {
        return runtime.block_on(child.run());
    }
    let wanted = |part: &str| arguments.is_empty() || arguments.iter().any(|one| one == part);
    println!("profile: {}", if cfg!(debug_assertions) { "dev" } else { "release" });
    runtime.block_on(async {
        if wanted("seal") || wanted("list") {
            let stand = stand::Stand::with_machines(50).await;
            if wanted("seal") {
                seal::print(&stand).await;
            }
            if wanted("list") {
                list::print(&stand).await;
            }
        }
        if wanted("reconcile") || wanted("list") {
            let fleet = fleet::Fleet::new().await;
            if wanted("list") {
                list::print_depth(&fleet.stand, fleet::MACHINES).await;
            }
            if wanted("reconcile") {
                reconcile::print(&fleet).await;
            }
        }
        if wanted("metric") {
            metric::print().await;
        }
        if wanted("order") {
            order::print().await;
        }
        if wanted("provision") {
            provision::print().await;
        }
        if wanted("console") {
            console::print().await;
        }
        if wanted("start") {
            start::print().await;
        }
    });
}
