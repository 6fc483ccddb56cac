//! `fairhold operator …`: what differs between the hypervisors and us, and its repairs, for the operator at the machine.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use compute::finding::{self, Finding, FindingId, FindingRepair, Repair};
use kernel::{ByWorkflow, PageQuery, Place, Scope};
use server::App;

use crate::client::{show, terminal};
use crate::outcome::{Outcome, fail};

/// `fairhold operator …`
#[derive(Debug, Subcommand)]
pub enum Operator {
    /// What differs between the hypervisors and us, and what may be done about it
    Findings {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Carry out one of the repairs that a finding offers
    Repair {
        /// The finding's id
        id: FindingId,
        /// Which of its repairs
        #[arg(value_enum)]
        repair: Choice,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// The repairs as words of the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Choice {
    /// Take what the hypervisor says
    Accept,
    /// Switch the guest on
    Start,
    /// Switch the guest off
    Stop,
    /// Let a paused guest go on
    Resume,
    /// Give the guest the size that its machine has
    Resize,
    /// Remove the guest with its disk
    Remove,
    /// Note that the machine is not usable
    MarkFailed,
    /// Try its operation again from the step that failed
    Retry,
}

impl From<Choice> for Repair {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Accept => Self::Accept,
            Choice::Start => Self::Start,
            Choice::Stop => Self::Stop,
            Choice::Resume => Self::Resume,
            Choice::Resize => Self::Resize,
            Choice::Remove => Self::Remove,
            Choice::MarkFailed => Self::MarkFailed,
            Choice::Retry => Self::Retry,
        }
    }
}

/// Whoever may run commands at the machine acts for the installation itself.
fn at() -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting("fairhold operator", Place::Platform)
}

/// Runs one of them.
pub async fn run(command: Operator, json: bool) -> Outcome {
    match command {
        Operator::Findings { config } => findings(&super::admin::open(config).await?, json).await,
        Operator::Repair { id, repair, yes, config } => carry_out(&super::admin::open(config).await?, id, repair.into(), yes, json).await,
    }
}

async fn all(app: &App) -> Outcome<Vec<Finding>> {
    let (mut found, mut query) = (Vec::new(), PageQuery::default());
    loop {
        let page = finding::list(&app.cx, &at(), &query).await?;
        found.extend(page.items);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(found),
        }
    }
}

async fn findings(app: &App, json: bool) -> Outcome {
    let found = all(app).await?;
    if json {
        return show::json(&serde_json::to_value(&found)?);
    }
    if found.is_empty() {
        show::say("Nothing differs.");
    }
    for one in &found {
        show::say(format!("{}  since {}  {}", one.id, one.since, one.node.as_deref().unwrap_or("on no node")));
        show::say(format!("  {} {}", one.reference.as_deref().unwrap_or_default(), one.explanation));
        for offer in &one.repairs {
            let refused = offer.refused.as_ref().map(|why| format!(" (not now: {why})")).unwrap_or_default();
            show::say(format!("  {}: {}{refused}", word(offer.repair)?, offer.effect));
        }
    }
    Ok(())
}

fn word(repair: Repair) -> Outcome<String> {
    Ok(serde_json::to_value(repair)?.as_str().unwrap_or_default().replace('_', "-"))
}

async fn carry_out(app: &App, id: FindingId, repair: Repair, yes: bool, json: bool) -> Outcome {
    let Some(offer) = all(app).await?.into_iter().find(|one| one.id == id).and_then(|one| one.repairs.into_iter().find(|offer| offer.repair == repair)) else {
        return fail("This is no repair of that finding. Look with: fairhold operator findings");
    };
    if !yes {
        let (ask, expected) = match &offer.confirm {
            Some(text) => (format!("{} Type {text} to do it: ", offer.effect), text.as_str()),
            None => (format!("{} Type yes: ", offer.effect), "yes"),
        };
        terminal::confirm(&ask, expected)?;
    }
    let finding = finding::repair(&app.cx, &at(), id, &FindingRepair { repair, confirm: offer.confirm }).await?;
    if json {
        return show::json(&serde_json::to_value(&finding)?);
    }
    show::say(match finding.operation_id {
        Some(operation) => format!("Begun; the server carries it out: {operation}"),
        None => "Done.".to_owned(),
    });
    Ok(())
}
