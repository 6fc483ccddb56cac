//! How a domain writes a workflow: a static list of steps over one input.

use std::time::Duration;

use futures::future::BoxFuture;
use kernel::map::Purpose;
use kernel::{ByWorkflow, Cx, Error, Place, Result, Scope, Tx};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::watch;

use crate::operation::{Audience, OperationId, State, store};

/// What a workflow works on: ids and choices, never personal values.
pub trait Input: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}
impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Input for T {}

/// What a step says when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The step is done.
    Done,
    /// Not yet: look again after this long. Does not count as a failed attempt.
    Again(Duration),
    /// Never: what it was begun for was called off, for this reason. Nothing of it is left to take back, and it ends as undone.
    CalledOff(&'static str),
}

/// How often a step is tried and how long one try may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Tries before the step has failed for good.
    pub attempts: i32,
    /// Wait after the first failure; doubles each time, at most a minute.
    pub first_wait: Duration,
    /// Time limit of one try.
    pub timeout: Duration,
}

impl Retry {
    /// Five tries, half a second apart at first, two minutes each.
    pub const STANDARD: Self = Self { attempts: 5, first_wait: Duration::from_millis(500), timeout: Duration::from_secs(120) };
    /// One try, two minutes.
    pub const ONCE: Self = Self { attempts: 1, ..Self::STANDARD };

    /// The wait after failed try number `attempt`, counted from 1.
    pub fn wait(&self, attempt: i32) -> Duration {
        let doublings = u32::try_from(attempt.saturating_sub(1).clamp(0, 16)).unwrap_or(0);
        (self.first_wait * 2_u32.pow(doublings)).min(Duration::from_secs(60))
    }
}

/// A step's action or undo.
pub type Action<I, T> = fn(StepCx, I) -> BoxFuture<'static, Result<T>>;

/// One step. Both functions may run more than once; undo treats "already gone" as success.
pub struct Step<I> {
    /// In code and logs: `boot`.
    pub name: &'static str,
    /// For people: "Start the machine".
    pub title: &'static str,
    /// Does it.
    pub run: Action<I, Next>,
    /// Takes it back.
    pub undo: Action<I, ()>,
    /// How often it is tried.
    pub retry: Retry,
}

/// Writes a step: `step!("boot", "Start the machine", boot, power_off)`; a fifth argument is its [`Retry`].
#[macro_export]
macro_rules! step {
    ($name:literal, $title:literal, $run:path, $undo:path) => {
        $crate::step!($name, $title, $run, $undo, $crate::Retry::STANDARD)
    };
    ($name:literal, $title:literal, $run:path, $undo:path, $retry:expr) => {
        $crate::Step {
            name: $name,
            title: $title,
            run: |step, input| Box::pin($run(step, input)),
            undo: |step, input| Box::pin($undo(step, input)),
            retry: $retry,
        }
    };
}

/// For steps that leave nothing to take back.
pub async fn nothing<I>(_: StepCx, _: I) -> Result<()> {
    Ok(())
}

/// What happens when a step has failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFailed {
    /// The steps before it are undone, in reverse.
    Undo,
    /// The operation stops where it is and can be tried again from there: for work such as an
    /// erasure, which must never be taken back.
    Stop,
}

/// A workflow over the input `I`.
pub struct Workflow<I: 'static> {
    /// `domain.noun.flow`.
    pub name: &'static str,
    /// For people: "Set up the machine".
    pub title: &'static str,
    /// Why it touches data.
    pub purpose: &'static Purpose,
    /// What happens when a step has failed for good.
    pub when_failed: WhenFailed,
    /// The steps, in order.
    pub steps: &'static [Step<I>],
}

impl<I: Input> Workflow<I> {
    /// Starts it in the running transaction: it exists exactly if the transaction commits.
    /// `subject` is the id of what it works on; a second start with the same `key` gives the first operation.
    ///
    /// # Errors
    /// Database errors.
    pub async fn start(&'static self, tx: &Tx, at: Start<'_>, input: &I) -> Result<OperationId> {
        store::start(tx, self.name, self.title, self.steps.iter().map(|step| (step.name, step.title)), &at, input).await
    }
}

/// Where, for what and by whom an operation is started.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// The place that it acts in.
    pub place: Place,
    /// Id of what it works on, in text.
    pub subject: &'a str,
    /// The person who started it, if one did; they can see it wherever it acts.
    pub started_by: Option<kernel::PersonId>,
    /// Makes a repeated start harmless; `None` starts a new operation each time.
    pub key: Option<&'a str>,
}

/// What a running step is given.
#[derive(Clone)]
pub struct StepCx {
    pub(crate) cx: Cx,
    pub(crate) operation: OperationId,
    pub(crate) place: Place,
    pub(crate) position: i32,
    pub(crate) step: &'static str,
    pub(crate) attempt: i32,
    pub(crate) fence: i64,
    pub(crate) workflow: &'static str,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl StepCx {
    /// The context.
    pub fn cx(&self) -> &Cx {
        &self.cx
    }

    /// The operation.
    pub fn operation(&self) -> OperationId {
        self.operation
    }

    /// The scope in which the step acts.
    pub fn scope(&self) -> Scope<ByWorkflow> {
        Scope::<ByWorkflow>::acting(self.workflow, self.place)
    }

    /// Which try this is, counted from 1.
    pub fn attempt(&self) -> i32 {
        self.attempt
    }

    /// A reference for outside calls that is the same on every try: find by it before creating.
    pub fn reference(&self) -> String {
        format!("{}/{}", self.operation, self.step)
    }

    /// Does `work`, unless the worker is told to stop meanwhile: then it is dropped where it is, and the answer is `None`. For long work that
    /// goes on after a restart; its step answers [`Next::Again`].
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut stopping = self.stopping.clone();
        tokio::select! {
            done = work => Some(done),
            () = async { stopping.wait_for(|stopping| *stopping).await.ok(); } => None,
        }
    }

    /// Adds a line to the step's log, which people can read. No personal values.
    ///
    /// # Errors
    /// Database errors.
    pub async fn log(&self, text: impl Into<String>) -> Result<()> {
        self.add_line(text.into(), Audience::Everybody).await
    }

    /// Adds a line that only the operator's staff can read: how full nodes are, for example. No personal values.
    ///
    /// # Errors
    /// Database errors.
    pub async fn log_for_operator(&self, text: impl Into<String>) -> Result<()> {
        self.add_line(text.into(), Audience::Operator).await
    }

    async fn add_line(&self, text: String, audience: Audience) -> Result<()> {
        self.write(async |tx| store::log(&tx, self.operation, self.position, &text, audience).await).await
    }

    /// Writes under the fence: fails if another worker has taken the operation over meanwhile.
    ///
    /// # Errors
    /// `Conflict` when the lease was lost; else as `Cx::write`.
    pub async fn write<T, F, Fut>(&self, work: F) -> Result<T>
    where
        F: Fn(Tx) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T>> + Send,
        T: Send,
    {
        self.cx
            .write(async |tx| {
                store::hold(&tx, self.operation, self.fence).await?;
                work(tx).await
            })
            .await
    }

    /// Carries out another workflow as this step: starts it once, then waits for its end.
    ///
    /// # Errors
    /// `Conflict` with the child's reason when it failed; its own undo has run by then.
    pub async fn child<I: Input>(&self, workflow: &'static Workflow<I>, subject: &str, input: &I) -> Result<Next> {
        let key = format!("{}#{}", self.reference(), subject);
        let id = self
            .write(async |tx| {
                let start = Start { place: self.place, subject, started_by: None, key: Some(&key) };
                let id = workflow.start(&tx, start, input).await?;
                store::adopt(&tx, id, self.operation, self.position).await?;
                Ok(id)
            })
            .await?;
        let child = store::row(self.cx.db(), id).await?.ok_or_else(|| Error::internal("a child operation vanished"))?;
        match child.state {
            State::Succeeded => Ok(Next::Done),
            State::Running | State::Undoing => Ok(Next::Again(Duration::from_secs(2))),
            State::Failed | State::Undone | State::NeedsOperator => Err(Error::conflict(child.error.unwrap_or_else(|| format!("{} failed.", workflow.title)))),
        }
    }
}

type Erased<T> = Box<dyn Fn(StepCx, usize, &str) -> Result<BoxFuture<'static, Result<T>>> + Send + Sync>;

/// A workflow without its input type, as the engine keeps it.
pub struct Registered {
    /// `domain.noun.flow`.
    pub name: &'static str,
    /// Why it touches data.
    pub purpose: &'static Purpose,
    pub(crate) when_failed: WhenFailed,
    pub(crate) steps: Vec<(&'static str, Retry)>,
    pub(crate) run: Erased<Next>,
    pub(crate) undo: Erased<()>,
}

impl Registered {
    /// Registers `workflow` with the engine.
    pub fn of<I: Input>(workflow: &'static Workflow<I>) -> Self {
        fn input<I: Input>(name: &str, text: &str) -> Result<I> {
            serde_json::from_str(text).map_err(|error| Error::internal(format!("the input of {name} has another shape")).caused_by(error))
        }
        let missing = || Error::internal("a workflow lost a step that an operation still needs");
        Self {
            name: workflow.name,
            purpose: workflow.purpose,
            when_failed: workflow.when_failed,
            steps: workflow.steps.iter().map(|step| (step.name, step.retry)).collect(),
            run: Box::new(move |cx, position, text| Ok((workflow.steps.get(position).ok_or_else(missing)?.run)(cx, input(workflow.name, text)?))),
            undo: Box::new(move |cx, position, text| Ok((workflow.steps.get(position).ok_or_else(missing)?.undo)(cx, input(workflow.name, text)?))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute() {
        let waits: Vec<u64> = [1, 2, 3, 20].iter().map(|attempt| Retry::STANDARD.wait(*attempt).as_millis() as u64).collect();
        assert_eq!(waits, [500, 1000, 2000, 60_000]);
    }
}
