//! Projects: made, renamed, and deleted when they hold nothing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use identity::permissions::{OrganisationView, ProjectDelete, ProjectUpdate};
use identity::project::{self, Contents, NewProject};
use kernel::cx::Extensions;
use kernel::{Kind, PageQuery, Place, ProjectId, Result, Tx};
use testkit::{Engine, Test, both_engines};

use crate::{EMAIL, modules, signed_up};

/// Says that one project holds something.
struct Holds(std::sync::Mutex<Option<ProjectId>>);

#[async_trait]
impl Contents for Holds {
    async fn of(&self, _: &Tx, place: Place) -> Result<Option<String>> {
        let Place::Project { project, .. } = place else { panic!("asked about {place:?}") };
        Ok((*self.0.lock().unwrap() == Some(project)).then(|| "2 machines".to_owned()))
    }
}

both_engines!(a_project_goes_when_it_is_empty_and_not_the_last, |engine: Engine| async move {
    let holds = Arc::new(Holds(std::sync::Mutex::new(None)));
    let known: Arc<dyn Contents> = holds.clone();
    let test = Test::with(engine, modules(), Extensions::default().with(known)).await;
    let ada = signed_up(&test.cx, EMAIL, "Ada").await;
    test.authority.become_person(ada.person_id, ada.organisation_id, ada.project_id);
    let last = project::delete(&test.cx, &test.scope::<ProjectDelete>().await).await.unwrap_err();
    assert_eq!(last.kind(), Kind::Conflict);

    let new = |name: &str| NewProject { name: name.into() };
    assert_eq!(project::create(&test.cx, &test.scope().await, &new(" ")).await.unwrap_err().fields()[0].field, "name");
    let made = project::create(&test.cx, &test.scope().await, &new("Staging")).await.unwrap();
    test.authority.become_person(ada.person_id, ada.organisation_id, made.id);
    project::update(&test.cx, &test.scope::<ProjectUpdate>().await, &new("Production")).await.unwrap();
    let names = project::list(&test.cx, &test.scope().await, &PageQuery::default()).await.unwrap().items;
    assert_eq!(names.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Production", "Default"]);

    *holds.0.lock().unwrap() = Some(made.id);
    let held = project::delete(&test.cx, &test.scope::<ProjectDelete>().await).await.unwrap_err();
    assert!(held.to_string().contains("2 machines"), "{held}");
    *holds.0.lock().unwrap() = None;

    // Somebody orders meanwhile: the deletion waits and then sees what was ordered.
    let at = test.scope::<ProjectUpdate>().await;
    let deletion = Arc::new(test.scope::<ProjectDelete>().await);
    let deleting = test
        .cx
        .write(async |tx| {
            project::keep(&tx, &at).await?;
            let (cx, deletion) = (test.cx.clone(), deletion.clone());
            let deleting = tokio::spawn(async move { project::delete(&cx, &deletion).await });
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert!(!deleting.is_finished(), "the project is deleted under somebody's order");
            *holds.0.lock().unwrap() = Some(made.id);
            Ok(deleting)
        })
        .await
        .unwrap();
    assert_eq!(deleting.await.unwrap().unwrap_err().kind(), Kind::Conflict);
    *holds.0.lock().unwrap() = None;
    project::delete(&test.cx, &test.scope::<ProjectDelete>().await).await.unwrap();
    let late = test.cx.write(async |tx| project::keep(&tx, &at).await).await.unwrap_err();
    assert_eq!(late.kind(), Kind::NotFound, "an order that comes after the deletion");
    assert_eq!(project::of_organisation(test.cx.db(), &test.scope::<OrganisationView>().await).await.unwrap(), [ada.project_id]);
});
