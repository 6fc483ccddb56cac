//! Where tests and rehearsals step in: before and after each step. A server has no interceptor.

use kernel::Error;

/// Before or after the step's action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The step is noted as running; its action has not begun.
    Before,
    /// The action has had its effect; the result is not noted yet.
    After,
}

/// A step about to run, or just run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// The workflow.
    pub workflow: &'static str,
    /// The step.
    pub step: &'static str,
    /// True while undoing.
    pub undo: bool,
    /// Which side of the action.
    pub moment: Moment,
}

/// What then happens.
#[derive(Debug)]
pub enum Intervention {
    /// Nothing special.
    Go,
    /// The step fails with this, whatever its action said.
    Fail(Error),
    /// The action runs once more.
    Repeat,
    /// The worker disappears as if the process had been killed.
    Vanish,
}

/// Decides at each point.
pub trait Interceptor: Send + Sync {
    /// What happens at `point`.
    fn at(&self, point: Point) -> Intervention;
}
