//! The three tests that every workflow passes: steps can fail anywhere, steps can run twice, and a
//! killed worker loses and doubles nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::{Cx, Error};
use workflow::operation::{Operation, State};
use workflow::{Interceptor, Intervention, Moment, Point, Registered, Worker};

use crate::{FrozenClock, Test};

/// How a test makes a fresh world, starts the operation under test and checks what is left.
pub struct Case<M, S, C> {
    /// A fresh world, with singletons in place.
    pub make: M,
    /// Starts one operation; gives its workflow's name and subject.
    pub start: S,
    /// Checks the world after the end: `succeeded` tells whether everything or nothing must be there.
    pub check: C,
    /// The workflows that take part.
    pub workflows: fn() -> Vec<Registered>,
}

/// Steps in once, at one step.
struct Once {
    workflow: String,
    step: String,
    moment: Moment,
    with: fn() -> Intervention,
    done: AtomicBool,
}

impl Interceptor for Once {
    fn at(&self, point: Point) -> Intervention {
        let here = point.workflow == self.workflow && point.step == self.step && point.moment == self.moment && !point.undo;
        if here && !self.done.swap(true, Ordering::SeqCst) { (self.with)() } else { Intervention::Go }
    }
}

/// Runs everything that is due, moving the clock over waits and leases, until the operation has ended.
pub async fn run_to_end(
    cx: &Cx,
    clock: &FrozenClock,
    workflows: fn() -> Vec<Registered>,
    interceptor: Option<Arc<dyn Interceptor>>,
    kind: &str,
    subject: &str,
) -> Operation {
    let mut worker = Worker::new(cx.clone(), workflows(), 4);
    if let Some(interceptor) = interceptor {
        worker = worker.intercepted(interceptor);
    }
    for _ in 0..400 {
        worker.run_due().await.expect("the worker runs");
        let operation = workflow::operation::by_subject(cx.db(), kind, subject).await.expect("readable").expect("started");
        if operation.state.is_final() {
            return operation;
        }
        clock.advance(Duration::from_secs(30));
        // Real outside work (simulated hypervisors, providers) needs a moment of real time.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the operation {kind} on {subject} never ended");
}

async fn step_names<M, S, C>(case: &Case<M, S, C>) -> Vec<String>
where
    M: AsyncFn() -> Test,
    S: AsyncFn(&Test) -> (String, String),
    C: AsyncFn(&Test, bool),
{
    let test = (case.make)().await;
    let (kind, subject) = (case.start)(&test).await;
    let operation = run_to_end(&test.cx, &test.clock, case.workflows, None, &kind, &subject).await;
    assert_eq!(operation.state, State::Succeeded, "without faults: {operation:?}");
    (case.check)(&test, true).await;
    operation.steps.into_iter().map(|step| step.name).collect()
}

async fn each_step<M, S, C>(case: &Case<M, S, C>, moments: &[Moment], with: fn() -> Intervention, succeeds: bool)
where
    M: AsyncFn() -> Test,
    S: AsyncFn(&Test) -> (String, String),
    C: AsyncFn(&Test, bool),
{
    for step in step_names(case).await {
        for moment in moments {
            let test = (case.make)().await;
            let (kind, subject) = (case.start)(&test).await;
            let once = Arc::new(Once { workflow: kind.clone(), step: step.clone(), moment: *moment, with, done: AtomicBool::new(false) });
            let operation = run_to_end(&test.cx, &test.clock, case.workflows, Some(once.clone()), &kind, &subject).await;
            assert!(once.done.load(Ordering::SeqCst), "the fault at {step} {moment:?} never happened");
            let succeeded = operation.state == State::Succeeded;
            assert_eq!(succeeded, succeeds, "fault at {step} {moment:?}: {operation:?}");
            if !succeeded {
                assert!(matches!(operation.state, State::Undone | State::Failed), "fault at {step} {moment:?}: {operation:?}");
            }
            (case.check)(&test, succeeded).await;
        }
    }
}

/// Each step in turn fails for good after it had its effect; nothing may be left behind.
pub async fn steps_can_fail_anywhere<M, S, C>(case: Case<M, S, C>)
where
    M: AsyncFn() -> Test,
    S: AsyncFn(&Test) -> (String, String),
    C: AsyncFn(&Test, bool),
{
    each_step(&case, &[Moment::After], || Intervention::Fail(Error::conflict("A fault of the test.")), false).await;
}

/// Each step in turn runs twice; the end is the same as if it had run once.
pub async fn steps_can_run_twice<M, S, C>(case: Case<M, S, C>)
where
    M: AsyncFn() -> Test,
    S: AsyncFn(&Test) -> (String, String),
    C: AsyncFn(&Test, bool),
{
    each_step(&case, &[Moment::After], || Intervention::Repeat, true).await;
}

/// The worker vanishes before and after each step in turn; another one finishes, nothing lost, nothing doubled.
pub async fn survives_restart_at_each_step<M, S, C>(case: Case<M, S, C>)
where
    M: AsyncFn() -> Test,
    S: AsyncFn(&Test) -> (String, String),
    C: AsyncFn(&Test, bool),
{
    each_step(&case, &[Moment::Before, Moment::After], || Intervention::Vanish, true).await;
}

/// Writes the three tests for cases, with the name of each test:
/// `cases! { Case { make, start, check, workflows } => a_move_can_fail_anywhere, move_steps_can_run_twice, a_move_survives_a_restart_at_each_step; }`
#[macro_export]
macro_rules! cases {
    ($($case:expr => $fail:ident, $twice:ident, $restart:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $fail() {
            $crate::workflows::steps_can_fail_anywhere($case).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $twice() {
            $crate::workflows::steps_can_run_twice($case).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $restart() {
            $crate::workflows::survives_restart_at_each_step($case).await;
        }
    )*};
}

/// Notes every point that a worker passes; for asserting order.
#[derive(Default)]
pub struct Recorder(Mutex<Vec<Point>>);

impl Recorder {
    /// What was passed so far.
    pub fn points(&self) -> Vec<Point> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Interceptor for Recorder {
    fn at(&self, point: Point) -> Intervention {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(point);
        Intervention::Go
    }
}
