//! The engine on both databases: order, undo, waiting, children, fencing and several workers.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use kernel::cx::Extensions;
use kernel::map::purpose;
use kernel::{Error, Place, Result};
use serde::{Deserialize, Serialize};
use testkit::workflows::{Case, run_to_end, steps_can_fail_anywhere, steps_can_run_twice, survives_restart_at_each_step};
use testkit::{Engine, Test, both_engines};
use workflow::operation::{RetryFrom, State, StepState};
use workflow::{Next, Registered, Start, StepCx, WhenFailed, Worker, Workflow, nothing, step};

/// A world outside: things by reference, found before they are made.
#[derive(Default)]
struct World {
    things: Mutex<HashMap<String, u32>>,
    calls: Mutex<Vec<String>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Job {
    name: String,
    patience: u32,
}

async fn make(step: StepCx, job: Job) -> Result<Next> {
    let world = step.cx().extension::<World>()?;
    world.calls.lock().unwrap().push(step.reference());
    world.things.lock().unwrap().entry(job.name).or_insert(1);
    step.log("made").await?;
    Ok(Next::Done)
}

async fn unmake(step: StepCx, job: Job) -> Result<()> {
    step.cx().extension::<World>()?.things.lock().unwrap().remove(&job.name);
    Ok(())
}

async fn wait(step: StepCx, job: Job) -> Result<Next> {
    let world = step.cx().extension::<World>()?;
    let looks = world.calls.lock().unwrap().iter().filter(|call| call.ends_with("/wait")).count();
    world.calls.lock().unwrap().push(step.reference());
    if looks < job.patience as usize { Ok(Next::Again(Duration::from_secs(1))) } else { Ok(Next::Done) }
}

async fn polish(step: StepCx, job: Job) -> Result<Next> {
    let world = step.cx().extension::<World>()?;
    *world.things.lock().unwrap().get_mut(&job.name).ok_or_else(|| Error::internal("nothing to polish"))? = 2;
    Ok(Next::Done)
}

static BUILD: Workflow<Job> = Workflow {
    name: "test.thing.build",
    title: "Build the thing",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("make", "Make it", make, unmake), step!("wait", "Wait for it", wait, nothing), step!("polish", "Polish it", polish, nothing)],
};

async fn build(step: StepCx, job: Job) -> Result<Next> {
    let name = job.name.clone();
    step.child(&BUILD, &name, &job).await
}

static ORDER: Workflow<Job> = Workflow {
    name: "test.order.fulfil",
    title: "Fulfil the order",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("build", "Build the thing", build, unmake)],
};

async fn refuse(step: StepCx, _: Job) -> Result<Next> {
    step.cx().extension::<World>()?.calls.lock().unwrap().push(step.reference());
    // Long enough for the others to look for work.
    tokio::time::sleep(Duration::from_millis(20)).await;
    Err(Error::conflict("It will never work."))
}

async fn cannot_undo(_: StepCx, _: Job) -> Result<()> {
    Err(Error::conflict("It does not come off."))
}

static STUCK: Workflow<Job> = Workflow {
    name: "test.thing.stick",
    title: "Get stuck",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("make", "Make it", make, cannot_undo), step!("refuse", "Refuse", refuse, nothing)],
};

/// Works once somebody has put a "permit" into the world.
async fn needs_permit(step: StepCx, _: Job) -> Result<Next> {
    let permitted = step.cx().extension::<World>()?.things.lock().unwrap().contains_key("permit");
    if permitted { Ok(Next::Done) } else { Err(Error::conflict("There is no permit.")) }
}

static PERMIT: Workflow<Job> = Workflow {
    name: "test.permit.use",
    title: "Use the permit",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("look", "Look for the permit", needs_permit, nothing)],
};

async fn with_permit(step: StepCx, job: Job) -> Result<Next> {
    let name = job.name.clone();
    step.child(&PERMIT, &name, &job).await
}

static FORWARD: Workflow<Job> = Workflow {
    name: "test.thing.remove",
    title: "Never turn back",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[step!("make", "Make it", make, nothing), step!("permit", "Use the permit", with_permit, nothing)],
};

fn all() -> Vec<Registered> {
    vec![
        Registered::of(&BUILD),
        Registered::of(&ORDER),
        Registered::of(&STUCK),
        Registered::of(&PERMIT),
        Registered::of(&FORWARD),
        Registered::of(&WHOLE),
        Registered::of(&DOOMED),
        Registered::of(&AWAY),
        Registered::of(&DROPPED),
    ]
}

async fn world_on(engine: Engine) -> Test {
    Test::with(engine, vec![], Extensions::default().with(World::default())).await
}

async fn start(test: &Test, workflow: &'static Workflow<Job>, name: &str, patience: u32) -> (String, String) {
    let job = Job { name: name.to_owned(), patience };
    let caller = test.authority.caller();
    let place = Place::Project { organisation: caller.organisation, project: caller.project };
    test.cx
        .write(async |tx| {
            workflow.start(&tx, Start { place, subject: name, started_by: Some(caller.person), key: Some(name) }, &job).await?;
            // A second start with the same key is the same operation.
            workflow.start(&tx, Start { place, subject: name, started_by: Some(caller.person), key: Some(name) }, &job).await
        })
        .await
        .unwrap();
    (workflow.name.to_owned(), name.to_owned())
}

fn things(test: &Test) -> HashMap<String, u32> {
    test.cx.extension::<World>().unwrap().things.lock().unwrap().clone()
}

both_engines!(a_child_carries_out_a_step_and_waiting_is_not_failing, |engine| async move {
    let test = world_on(engine).await;
    let (kind, subject) = start(&test, &ORDER, "lamp", 3).await;
    let done = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    assert_eq!(done.state, State::Succeeded, "{done:?}");
    let child = done.steps[0].child.as_ref().expect("the child is shown");
    assert_eq!(child.steps.len(), 3);
    assert_eq!(child.steps[1].attempt, 1, "waiting counted as failing");
    assert_eq!(child.steps[0].log[0].text, "made");
    assert_eq!(things(&test)["lamp"], 2);
    assert!(test.lint().await.is_empty(), "{:?}", test.lint().await);
});

both_engines!(an_undo_that_cannot_succeed_asks_for_an_operator, |engine| async move {
    let test = world_on(engine).await;
    let (kind, subject) = start(&test, &STUCK, "brick", 0).await;
    let ended = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    assert_eq!(ended.state, State::NeedsOperator);
    assert_eq!(ended.steps[1].state, StepState::Undone);
});

/// Away for half an hour or so.
async fn undo_when_back(step: StepCx, _: Job) -> Result<()> {
    if step.attempt() < 30 { Err(Error::unavailable("Nobody answers.")) } else { Ok(()) }
}

static AWAY: Workflow<Job> = Workflow {
    name: "test.thing.lose_touch",
    title: "Lose touch",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("reach", "Reach out", refuse, undo_when_back)],
};

both_engines!(an_undo_waits_for_whoever_is_away_and_needs_no_operator, |engine| async move {
    let test = world_on(engine).await;
    let (kind, subject) = start(&test, &AWAY, "far", 0).await;
    let ended = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    assert_eq!((ended.state, ended.steps[0].attempt), (State::Undone, 30));
});

async fn not_wanted(_: StepCx, _: Job) -> Result<Next> {
    Ok(Next::CalledOff("Nobody wants it any more."))
}

static DROPPED: Workflow<Job> = Workflow {
    name: "test.thing.drop",
    title: "Drop it half-way",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[
        step!("make", "Make it", make, nothing),
        step!("ask", "Ask whether it is wanted", not_wanted, nothing),
        step!("polish", "Polish it", polish, nothing),
    ],
};

both_engines!(what_is_called_off_ends_without_a_failure, |engine| async move {
    let test = world_on(engine).await;
    let (kind, subject) = start(&test, &DROPPED, "vase", 0).await;
    let ended = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    assert_eq!((ended.state, ended.retry, ended.error.as_deref()), (State::Undone, None, Some("Nobody wants it any more.")));
    let states: Vec<StepState> = ended.steps.iter().map(|step| step.state).collect();
    assert_eq!(states, [StepState::Done, StepState::Undone, StepState::Waiting]);
    assert_eq!(things(&test)["vase"], 1, "what was done stays, and nothing more is done");
});

async fn retried(test: &Test, id: workflow::OperationId) -> Result<()> {
    test.cx.write(async |tx| workflow::operation::retry(&tx, id).await).await
}

both_engines!(what_stopped_goes_on_from_the_step_that_failed, |engine| async move {
    let test = world_on(engine).await;
    let (kind, subject) = start(&test, &FORWARD, "forward", 0).await;
    let failed = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    assert_eq!((failed.state, failed.retry), (State::Failed, Some(RetryFrom::Step)));
    let child = failed.steps[1].child.as_ref().unwrap();
    assert_eq!((child.state, child.retry), (State::Undone, None));
    assert_eq!(retried(&test, child.id).await.unwrap_err().kind(), kernel::Kind::Conflict, "a part goes with its whole");

    let world = test.cx.extension::<World>().unwrap();
    world.things.lock().unwrap().insert("permit".to_owned(), 1);
    retried(&test, failed.id).await.unwrap();
    assert_eq!(retried(&test, failed.id).await.unwrap_err().kind(), kernel::Kind::Conflict, "it runs already");
    let done = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    assert_eq!((done.state, done.retry), (State::Succeeded, None), "{done:?}");
    let makes = world.calls.lock().unwrap().iter().filter(|call| call.ends_with("/make")).count();
    assert_eq!(makes, 1, "what was done is not done again");
    assert_eq!(retried(&test, done.id).await.unwrap_err().kind(), kernel::Kind::Conflict);
});

both_engines!(what_was_undone_is_asked_for_anew, |engine| async move {
    let test = world_on(engine).await;
    let (kind, subject) = start(&test, &PERMIT, "refused", 0).await;
    let undone = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    assert_eq!((undone.state, undone.retry), (State::Undone, None));
    let refused = retried(&test, undone.id).await.unwrap_err();
    assert!(refused.kind() == kernel::Kind::Conflict && refused.to_string().contains("taken back"), "{refused}");
});

both_engines!(an_undo_is_tried_again_as_patiently_as_at_first, |engine| async move {
    let test = world_on(engine).await;
    let (kind, subject) = start(&test, &STUCK, "brick", 0).await;
    let stuck = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    assert_eq!(stuck.retry, Some(RetryFrom::Undo));
    retried(&test, stuck.id).await.unwrap();
    let again = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    assert_eq!((again.state, again.steps[0].attempt), (State::NeedsOperator, 10));
});

async fn stuck(step: StepCx, job: Job) -> Result<Next> {
    let name = job.name.clone();
    step.child(&STUCK, &name, &job).await
}

static WHOLE: Workflow<Job> = Workflow {
    name: "test.thing.whole",
    title: "Get stuck in a part",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("stuck", "Get stuck", stuck, nothing)],
};

both_engines!(a_part_whose_undo_is_unfinished_is_tried_again_by_itself, |engine| async move {
    let test = world_on(engine).await;
    let (kind, subject) = start(&test, &WHOLE, "brick", 0).await;
    let whole = run_to_end(&test.cx, &test.clock, all, None, &kind, &subject).await;
    let part = whole.steps[0].child.as_ref().unwrap();
    assert_eq!((whole.state, part.state, part.retry), (State::Undone, State::NeedsOperator, Some(RetryFrom::Undo)));
    retried(&test, part.id).await.unwrap();
    assert_eq!(run_to_end(&test.cx, &test.clock, all, None, STUCK.name, &subject).await.state, State::NeedsOperator);
});

both_engines!(many_workers_share_work_and_double_nothing, |engine| async move {
    let test = world_on(engine).await;
    for number in 0..40 {
        start(&test, &BUILD, &format!("thing-{number}"), 0).await;
    }
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let worker = Worker::new(test.cx.clone(), all(), 4);
            tokio::spawn(async move { worker.run_due().await.unwrap() })
        })
        .collect();
    let mut touched = 0;
    for worker in workers {
        touched += worker.await.unwrap();
    }
    assert_eq!(touched, 40, "each operation is taken exactly once");
    assert_eq!(things(&test).len(), 40);
    let world = test.cx.extension::<World>().unwrap();
    let mut makes: Vec<String> = world.calls.lock().unwrap().iter().filter(|call| call.ends_with("/make")).cloned().collect();
    let before = makes.len();
    makes.sort();
    makes.dedup();
    assert_eq!(makes.len(), before, "a step ran twice without a fault");
});

static DOOMED: Workflow<Job> = Workflow {
    name: "test.thing.doom",
    title: "Fail",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("make", "Make it", make, unmake), step!("refuse", "Refuse", refuse, nothing)],
};

both_engines!(a_step_that_failed_for_good_is_not_tried_again_by_whoever_takes_it_back, |engine| async move {
    let test = world_on(engine).await;
    for number in 0..20 {
        start(&test, &DOOMED, &format!("thing-{number}"), 0).await;
    }
    let workers = (0..4).map(|_| {
        let worker = Worker::new(test.cx.clone(), all(), 4);
        tokio::spawn(async move { while worker.run_due().await.unwrap() > 0 {} })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    assert_eq!(things(&test).len(), 0, "all is taken back");
    let world = test.cx.extension::<World>().unwrap();
    let refusals = world.calls.lock().unwrap().iter().filter(|call| call.ends_with("/refuse")).count();
    assert_eq!(refusals, 20);
});

#[allow(clippy::type_complexity, reason = "the three closures have no shorter names")]
fn case(engine: Engine) -> Case<impl AsyncFn() -> Test, impl AsyncFn(&Test) -> (String, String), impl AsyncFn(&Test, bool)> {
    Case {
        make: async move || world_on(engine).await,
        start: async |test: &Test| start(test, &BUILD, "chair", 1).await,
        check: async |test: &Test, succeeded: bool| {
            let left = things(test);
            if succeeded { assert_eq!(left.get("chair"), Some(&2)) } else { assert!(left.is_empty(), "left behind: {left:?}") }
        },
        workflows: all,
    }
}

both_engines!(can_fail_anywhere, |engine| async move { steps_can_fail_anywhere(case(engine)).await });
both_engines!(can_run_twice, |engine| async move { steps_can_run_twice(case(engine)).await });
both_engines!(survives_restarts, |engine| async move { survives_restart_at_each_step(case(engine)).await });
