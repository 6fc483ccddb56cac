//! The customer's side: everything the console can do, from a shell. A thin client of the public API.

mod access;
mod account;
pub mod api;
mod backup;
pub mod cluster;
mod disk;
mod image;
mod keeping;
mod machine;
mod metric;
mod money;
mod name;
mod network;
mod node;
mod order;
mod privacy;
mod progress;
mod quota;
mod resize;
mod session;
pub mod show;
mod size;
pub mod terminal;

use clap::Subcommand;

use self::api::Api;
use crate::outcome::Outcome;

/// Commands that talk to a Fairhold.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an account
    SignUp(account::SignUp),
    /// Confirm your e-mail address with the token of the mail
    Verify(account::Verify),
    /// Sign in and keep an API token for this computer
    SignIn(account::SignIn),
    /// Forget the API token of this computer
    SignOut,
    /// Who you are, and your organisations and projects
    Whoami,
    /// What can be ordered
    Catalogue,
    /// Order a machine
    Order(Box<order::Order>),
    /// Your machines, each by its id or name
    #[command(subcommand)]
    Vm(machine::Vm),
    /// Copies of machines that outlive them, each by its id or name
    #[command(subcommand)]
    Backup(backup::Backup),
    /// Disks that machines are made of: your own, and the operator's
    #[command(subcommand)]
    Image(image::Image),
    /// Disks that machines have beside their own, each by its id or name
    #[command(subcommand)]
    Disk(disk::Disk),
    /// Private networks of machines, each by its id or name
    #[command(subcommand)]
    Network(network::Network),
    /// Public addresses that lead to machines, each by its id or as it is written
    #[command(subcommand)]
    Address(network::Address),
    /// What machines in private networks may receive and send
    #[command(subcommand)]
    SecurityGroup(network::SecurityGroup),
    /// Where public addresses come from, for the operator
    #[command(subcommand)]
    AddressPool(network::AddressPool),
    /// What is offered and what it costs, for the operator
    #[command(subcommand)]
    Size(size::Size),
    /// SSH keys that are kept for orders
    #[command(subcommand)]
    Key(keeping::Key),
    /// What there is and how much there may be
    Quota,
    /// Attach this terminal to a machine's serial console (leave with Ctrl-])
    Console(machine::Console),
    /// Watch an operation until it ends
    Operation {
        /// The operation's id
        id: String,
        /// Try it again from the step that failed
        #[arg(long)]
        retry: bool,
    },
    /// What you used so far this month
    Usage,
    /// Your invoices, each by its id or number
    #[command(subcommand)]
    Invoice(money::Invoice),
    /// What is held about you: see it, export it, erase it
    #[command(subcommand)]
    Privacy(privacy::Privacy),
    /// What happened in your organisation
    Activity,
    /// The nodes and what was promised on them, for the operator
    #[command(subcommand)]
    Node(node::Node),
}

/// Runs one of them.
pub async fn run(command: Command, url: Option<String>, json: bool) -> Outcome {
    let mut api = Api::load(url, json)?;
    match command {
        Command::SignUp(args) => args.run(&api).await,
        Command::Verify(args) => args.run(&api).await,
        Command::SignIn(args) => args.run(&mut api).await,
        Command::SignOut => account::sign_out(&mut api).await,
        Command::Whoami => api.show(api.read("/v1/me").await?, show::PERSON),
        Command::Catalogue => order::catalogue(&api).await,
        Command::Order(args) => args.run(&api).await,
        Command::Vm(args) if args.is_for_staff() => {
            api.enter_as_staff().await?;
            let done = args.run(&api).await;
            api.leaving(done).await
        }
        Command::Vm(args) => args.run(&api).await,
        Command::Backup(args) => args.run(&api).await,
        Command::Disk(args) => args.run(&api).await,
        Command::Network(args) => args.run(&api).await,
        Command::Address(args) => args.run(&api).await,
        Command::SecurityGroup(args) => args.run(&api).await,
        Command::Key(args) => args.run(&api).await,
        Command::Quota => quota::run(&api).await,
        Command::Console(args) => args.run(&api).await,
        Command::Operation { id, retry } => {
            if retry {
                api.create(&format!("/v1/operations/{id}/retry"), &serde_json::Value::Null).await?;
            }
            progress::follow(&api, &id).await
        }
        Command::Usage => money::usage(&api).await,
        Command::Invoice(args) => args.run(&api).await,
        Command::Privacy(args) => args.run(&api).await,
        Command::Image(args) if !args.is_of_operator() => args.run(&api).await,
        Command::Image(args) => {
            api.enter_as_staff().await?;
            let done = args.run(&api).await;
            api.leaving(done).await
        }
        Command::AddressPool(args) => {
            api.enter_as_staff().await?;
            let done = args.run(&api).await;
            api.leaving(done).await
        }
        Command::Size(args) => {
            api.enter_as_staff().await?;
            let done = args.run(&api).await;
            api.leaving(done).await
        }
        Command::Node(args) => {
            api.enter_as_staff().await?;
            let done = args.run(&api).await;
            api.leaving(done).await
        }
        Command::Activity => api.list("/v1/activity", show::ACTIVITY).await,
    }
}
