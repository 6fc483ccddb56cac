//! The workflows of images: failing, repeating and restarting at every step. What comes over the network is tried on the whole server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use compute::image::{self, ImageId, ImageState, Library, NewImport, NewUpload};
use compute::image_upload;
use compute::permissions::{ImageDelete, ImageImport, ImageUpload, ImageView, ImageViewAny, QuotaView};
use compute::{Drivers, node, quota};
use compute_driver::conformance::bootable::qcow2_disk;
use compute_driver::simulated::Simulated;
use compute_driver::{Driver, ImageSpec};
use kernel::cx::Extensions;
use kernel::egress::Reach;
use kernel::{Kind, PageQuery};
use sha2::{Digest, Sha256};
use testkit::workflows::{Case, run_to_end};
use testkit::{Engine, Test, both_engines, cases};
use workflow::Registered;

/// The folder of images of a test, which goes with the test.
struct Folder(tempfile::TempDir);

async fn world(engine: Engine) -> Test {
    let (hypervisor, folder) = (Simulated::new(), tempfile::tempdir().unwrap());
    let drivers = Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone()));
    let library = Library::new(folder.path().to_owned(), Reach::default());
    let extensions = Extensions::default().with(drivers).with(hypervisor).with(library).with(Folder(folder));
    let test = Test::with(engine, vec![audit::module(), compute::module()], extensions).await;
    node::enrol(&test.cx).await.unwrap();
    test
}

fn folder(test: &Test) -> PathBuf {
    test.cx.extension::<Folder>().unwrap().0.path().to_owned()
}

/// Files that are kept.
fn kept(test: &Test) -> usize {
    std::fs::read_dir(folder(test)).unwrap().flatten().map(|image| std::fs::read_dir(image.path()).unwrap().count()).sum()
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An import of which every byte is here already, as after a restart right before the transfer's end was noted.
async fn import(test: &Test) -> ImageId {
    let disk = qcow2_disk(1 << 30);
    let new =
        NewImport { template_id: None, name: Some("Appliance".into()), description: None, url: "https://publisher.example/disk".into(), sha256: digest(&disk) };
    let image = image::import(&test.cx, &test.scope::<ImageImport>().await, &new).await.unwrap();
    let place = folder(test).join(image.id.to_string());
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("part"), disk).unwrap();
    image.id
}

async fn upload(test: &Test, disk: Vec<u8>) -> ImageId {
    let at = test.scope::<ImageUpload>().await;
    let new = NewUpload { name: Some("mine".into()), description: None, template_id: None, bytes: disk.len() as u64, sha256: None };
    let id = image_upload::create(&test.cx, &at, &new).await.unwrap();
    let body = futures::stream::iter([Ok::<_, Infallible>(disk)]);
    image_upload::append(&test.cx, &at, id, 0, (None, body)).await.unwrap();
    id
}

async fn used(test: &Test) -> i64 {
    quota::view(&test.cx, &test.scope::<QuotaView>().await).await.unwrap().images.used
}

macro_rules! import_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await,
            start: async |test: &Test| ("compute.image.import".to_owned(), import(test).await.to_string()),
            check: async |test: &Test, succeeded: bool| {
                let at = test.scope::<ImageViewAny>().await;
                let images = image::list(&test.cx, &at, &PageQuery::default()).await.unwrap().items;
                assert_eq!(images.iter().map(|one| one.state).collect::<Vec<_>>(), [if succeeded { ImageState::Ready } else { ImageState::Failed }]);
                assert_eq!(kept(test) > 0, succeeded, "{} files are kept", kept(test));
                let offered = compute::template::all(test.cx.db()).await.unwrap();
                assert_eq!(offered.iter().any(|one| one.title == "Appliance"), succeeded);
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

macro_rules! admit_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await,
            start: async |test: &Test| ("compute.image.admit".to_owned(), upload(test, qcow2_disk(1 << 30)).await.to_string()),
            check: async |test: &Test, succeeded: bool| {
                let images = image::list(&test.cx, &test.scope::<ImageView>().await, &PageQuery::default()).await.unwrap().items;
                assert_eq!(images.iter().map(|one| one.state).collect::<Vec<_>>(), [if succeeded { ImageState::Ready } else { ImageState::Failed }]);
                assert_eq!((kept(test), used(test).await), if succeeded { (1, 1) } else { (0, 0) });
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

macro_rules! delete_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await,
            start: async |test: &Test| {
                let id = upload(test, qcow2_disk(1 << 30)).await;
                run_to_end(&test.cx, &test.clock, compute::workflows, None, "compute.image.admit", &id.to_string()).await;
                // A node has it, as if a machine had been there.
                let file = folder(test).join(id.to_string()).join("disk.qcow2");
                let bytes = std::fs::metadata(&file).unwrap().len();
                let name = id.to_string().replace('_', "-");
                let spec = ImageSpec { name, file, bytes, sha256: "0".repeat(64), virtual_bytes: 1 << 30, url: None };
                test.cx.extension::<Simulated>().unwrap().ensure_image(&spec).await.unwrap();
                image::delete(&test.cx, &test.scope::<ImageDelete>().await, id).await.unwrap();
                ("compute.image.delete".to_owned(), id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let left = image::list(&test.cx, &test.scope::<ImageView>().await, &PageQuery::default()).await.unwrap().items;
                // A removal never comes back: at worst it stays where it is, for an operator to carry on.
                assert!(left.iter().all(|one| one.state == ImageState::Deleting) && !(succeeded && left.len() > 0), "{left:?}");
                assert_eq!(used(test).await, i64::try_from(left.len()).unwrap());
                if succeeded {
                    assert_eq!((kept(test), test.cx.extension::<Simulated>().unwrap().images()), (0, vec![]));
                }
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

cases! {
    import_case!() => fetching_can_fail_anywhere, fetching_can_run_twice, fetching_survives_a_restart_at_each_step;
    admit_case!() => looking_can_fail_anywhere, looking_can_run_twice, looking_survives_a_restart_at_each_step;
    delete_case!() => removing_can_fail_anywhere, removing_can_run_twice, removing_survives_a_restart_at_each_step;
}

both_engines!(the_map_knows_every_column, |engine| async move {
    assert_eq!(world(engine).await.lint().await, [] as [String; 0]);
});

both_engines!(keys_of_templates_are_unique_and_versions_are_counted, |engine| async move {
    let test = world(engine).await;
    let at = test.scope::<ImageImport>().await;
    let new = |template_id, name: &str| NewImport {
        template_id,
        name: Some(name.to_owned()),
        description: None,
        url: "https://a.example/".into(),
        sha256: "0".repeat(64),
    };
    let first = image::import(&test.cx, &at, &new(None, "Debian")).await.unwrap();
    let second = image::import(&test.cx, &at, &new(first.template_id, "ignored")).await.unwrap();
    assert_eq!((first.version, second.version, first.template_id), (1, 2, second.template_id));
    let all = compute::template::list(&test.cx, &test.scope::<ImageViewAny>().await).await.unwrap();
    // `debian` is built on the hosts already.
    assert_eq!(all.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["debian", "debian-2", "tiny"]);
    let unknown = image::import(&test.cx, &at, &new(Some(all[0].id), "x")).await.unwrap_err();
    assert_eq!((unknown.kind(), unknown.fields()[0].field.as_str()), (Kind::Invalid, "template_id"));
});
