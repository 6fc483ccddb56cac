//! The `fairhold` program: serves, administers, and is a client of the API.

mod admin;
mod client;
mod cluster;
mod keeping;
mod operator;
mod outcome;
mod policy;
mod stage;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::outcome::Outcome;

#[derive(Debug, Parser)]
#[command(name = "fairhold", version, about = "An open-source cloud provider in one program")]
struct Arguments {
    /// Address of the Fairhold to talk to; the one you signed in to last if not given
    #[arg(long, global = true, env = "FAIRHOLD_URL")]
    url: Option<String>,
    /// Print JSON instead of tables
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve an installation
    Serve {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Try everything on this machine: embedded database, local machines, test payments
    Demo {
        /// Folder for everything it keeps
        #[arg(long, default_value = ".fairhold")]
        data: PathBuf,
        /// Address and port to listen on
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: std::net::SocketAddr,
    },
    #[command(flatten)]
    Admin(admin::Command),
    #[command(flatten)]
    Client(client::Command),
    /// Enrol and look at Proxmox VE clusters, for the operator
    #[command(subcommand)]
    Cluster(cluster::Cluster),
    /// Print a completion script for your shell
    Completion {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
    /// Stays with one machine; started by the server
    #[command(hide = true)]
    GuestSupervisor {
        /// File with its orders
        orders: PathBuf,
    },
    /// Stays with one container; started by the server
    #[command(hide = true)]
    ContainerSupervisor {
        /// File with its orders
        orders: PathBuf,
    },
}

fn main() -> ExitCode {
    // Before anything makes a TLS connection: one provider of cryptography for the whole program.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        outcome::complain("The cryptography provider could not be installed.");
        return ExitCode::FAILURE;
    }
    let arguments = Arguments::parse();
    if let Command::GuestSupervisor { orders } = &arguments.command {
        return stage::supervise(orders);
    }
    if let Command::ContainerSupervisor { orders } = &arguments.command {
        return stage::supervise_container(orders);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            outcome::complain(error);
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            outcome::complain(failure);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Outcome {
    match arguments.command {
        Command::Serve { config } => stage::serve(config).await,
        Command::Demo { data, listen } => stage::demo(data, listen).await,
        Command::Admin(command) => admin::run(command, arguments.json).await,
        Command::Cluster(command) => cluster::run(command, arguments.url, arguments.json).await,
        Command::Client(command) => client::run(command, arguments.url, arguments.json).await,
        Command::Completion { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "fairhold", &mut std::io::stdout());
            Ok(())
        }
        Command::GuestSupervisor { .. } | Command::ContainerSupervisor { .. } => Ok(()),
    }
}
