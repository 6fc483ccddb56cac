//! The last steps of every workflow that brings a machine up: switch it on, wait for it, hand it over.

use kernel::Result;
use workflow::{Next, Retry, StepCx};

use super::guest;
use super::model::{InstanceId, State};

/// A machine that does not show up within about two minutes has not come up.
pub(crate) const PATIENT: Retry = Retry { attempts: 12, ..Retry::STANDARD };

/// What a workflow must know to end with these steps.
pub(crate) trait BringsUp: Send + Sync {
    /// Which machine.
    fn instance(&self) -> InstanceId;

    /// Whether it runs afterwards.
    fn runs(&self) -> bool {
        true
    }
}

/// Switches the machine on, if it shall run.
pub(crate) async fn boot<I: BringsUp>(step: StepCx, input: I) -> Result<Next> {
    if input.runs() {
        guest::start(&step, &guest::row(&step, input.instance()).await?).await?;
    }
    Ok(Next::Done)
}

/// Waits until the hypervisor reports that it runs, if it shall.
pub(crate) async fn wait<I: BringsUp>(step: StepCx, input: I) -> Result<Next> {
    if input.runs() {
        guest::must_run(&step, &guest::row(&step, input.instance()).await?).await?;
    }
    Ok(Next::Done)
}

/// Ends the machine's passing state.
pub(crate) async fn finish<I: BringsUp>(step: StepCx, input: I) -> Result<Next> {
    let to = if input.runs() { State::Running } else { State::Stopped };
    step.write(async |tx| guest::settle(&tx, &step, input.instance(), to).await).await?;
    Ok(Next::Done)
}
