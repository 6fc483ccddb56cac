//! Images: a project's own, which are uploaded, and the operator's, which are fetched from their publishers or uploaded.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use data_encoding::BASE64;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::api::{Api, checked};
use super::backup::save;
use super::machine::finish;
use super::name::named;
use super::{progress, show, terminal};
use crate::outcome::{Outcome, fail};

/// How much is sent at once. What was acknowledged is never sent again.
const PIECE: u64 = 8 << 20;
/// How often in a row a piece may be lost before we give up.
const TRIES: u32 = 10;

/// `fairhold image …`
#[derive(Debug, Subcommand)]
pub enum Image {
    /// List the project's images
    List {
        /// All templates with their images, for the operator
        #[arg(long)]
        operator: bool,
    },
    /// Upload a disk, qcow2 or raw, that boots by itself; goes on where it broke off
    Upload(Upload),
    /// Fetch an image from its publisher, for everybody; for the operator
    Import(Import),
    /// Leave a template out of lists; for the operator
    Hide { template: String },
    /// Show a template in lists again; for the operator
    Show { template: String },
    /// Let no new machines be made of a template; for the operator
    Retire { template: String },
    /// Let new machines be made of a template again; for the operator
    Offer { template: String },
    /// Fetch an image again that could not be had; for the operator
    Retry { id: String },
    /// Save the disk of an image on this computer
    Download {
        id: String,
        /// File to write; named after the image if not given
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Delete an image that no machine is made of, or give up one that is on its way
    Delete {
        id: String,
        /// It is the operator's
        #[arg(long)]
        operator: bool,
        #[arg(long)]
        yes: bool,
    },
}

/// `fairhold image upload`
#[derive(Debug, Args)]
pub struct Upload {
    file: PathBuf,
    /// What it is called; the file's name if not given
    #[arg(long)]
    name: Option<String>,
    /// SHA-256 of the file, to be compared
    #[arg(long)]
    sha256: Option<String>,
    /// Go on with this upload, which broke off
    #[arg(long)]
    resume: Option<String>,
    /// For everybody; for the operator
    #[arg(long)]
    operator: bool,
    /// Template that it is a new version of, by id, key or name; for the operator
    #[arg(long, requires = "operator")]
    template: Option<String>,
    /// What a new template is for; for the operator
    #[arg(long, requires = "operator")]
    description: Option<String>,
}

/// `fairhold image import`
#[derive(Debug, Args)]
pub struct Import {
    /// Where its publisher has it, https only
    url: String,
    /// SHA-256 of the file, as its publisher tells
    #[arg(long)]
    sha256: String,
    /// What a new template is called
    #[arg(long, required_unless_present = "template")]
    name: Option<String>,
    /// What a new template is for
    #[arg(long)]
    description: Option<String>,
    /// Template that it is a new version of, by id, key or name
    #[arg(long, conflicts_with = "name")]
    template: Option<String>,
}

const IMAGES: &str = "/v1/images";
const TEMPLATES: &str = "/v1/operator/templates";

impl Image {
    /// Whether it is the operator's business.
    pub fn is_of_operator(&self) -> bool {
        match self {
            Self::List { operator } | Self::Delete { operator, .. } => *operator,
            Self::Upload(upload) => upload.operator,
            Self::Download { .. } => false,
            Self::Import(_) | Self::Hide { .. } | Self::Show { .. } | Self::Retire { .. } | Self::Offer { .. } | Self::Retry { .. } => true,
        }
    }

    /// Carries it out.
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List { operator: true } => templates(api).await,
            Self::List { operator: false } => api.list("/v1/images", show::IMAGE).await,
            Self::Upload(upload) => upload.run(api).await,
            Self::Import(import) => import.run(api).await,
            Self::Hide { template } => change(api, &template, &json!({ "hidden": true })).await,
            Self::Show { template } => change(api, &template, &json!({ "hidden": false })).await,
            Self::Retire { template } => change(api, &template, &json!({ "retired": true })).await,
            Self::Offer { template } => change(api, &template, &json!({ "retired": false })).await,
            Self::Retry { id } => finish(api, &api.create(&format!("/v1/operator/images/{id}/retry"), &json!({})).await?).await,
            Self::Download { id, output } => save(api, &format!("{IMAGES}/{}/disk", named(api, IMAGES, &id, "image").await?), &id, output).await,
            Self::Delete { id, operator, yes } => {
                if !yes {
                    terminal::confirm("A deleted image does not come back. Type delete to go on: ", "delete")?;
                }
                // Versions of the operator's templates have no names of their own.
                let path = if operator { format!("/v1/operator/images/{id}") } else { format!("{IMAGES}/{}", named(api, IMAGES, &id, "image").await?) };
                let asked = api.change(Method::DELETE, &path, None).await?;
                if asked.get("state").and_then(Value::as_str) == Some("deleting") { finish(api, &asked).await } else { api.show(asked, show::IMAGE) }
            }
        }
    }
}

async fn templates(api: &Api) -> Outcome {
    let list = api.read(TEMPLATES).await?;
    if api.json {
        return show::json(list.get("items").unwrap_or(&list));
    }
    let items = list.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    show::table(&items, show::TEMPLATE)?;
    let versions: Vec<Value> = items.iter().filter_map(|one| one.get("versions")?.as_array()).flatten().cloned().collect();
    show::say("");
    show::table(&versions, show::VERSION)
}

async fn change(api: &Api, template: &str, patch: &Value) -> Outcome {
    let id = named(api, TEMPLATES, template, "template").await?;
    api.show(api.change(Method::PATCH, &format!("{TEMPLATES}/{id}"), Some(patch)).await?, show::TEMPLATE)
}

impl Import {
    async fn run(self, api: &Api) -> Outcome {
        let template = match &self.template {
            Some(template) => Some(named(api, TEMPLATES, template, "template").await?),
            None => None,
        };
        let body = json!({ "url": self.url, "sha256": self.sha256, "name": self.name, "description": self.description, "template_id": template });
        finish(api, &api.create("/v1/operator/images", &body).await?).await
    }
}

impl Upload {
    async fn run(self, api: &Api) -> Outcome {
        let mut file = tokio::fs::File::open(&self.file).await?;
        let total = file.metadata().await?.len();
        let address = match &self.resume {
            Some(id) if self.operator => format!("/v1/operator/image-uploads/{id}"),
            Some(id) => format!("/v1/image-uploads/{id}"),
            None => self.begin(api, total).await?,
        };
        let id = address.rsplit('/').next().and_then(|last| last.split('?').next()).unwrap_or_default().to_owned();
        let bar = ProgressBar::new(total);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta}") {
            bar.set_style(style);
        }
        if api.json {
            bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
        let (mut here, mut lost) = (offset(api, &address).await?, 0);
        while here < total {
            bar.set_position(here);
            file.seek(std::io::SeekFrom::Start(here)).await?;
            let mut piece = Vec::new();
            (&mut file).take(PIECE).read_to_end(&mut piece).await?;
            if piece.is_empty() {
                return fail("The file became shorter while it was sent.");
            }
            let request = api.request(Method::PATCH, &address).header("Tus-Resumable", "1.0.0").header("Upload-Offset", here);
            match request.header("Content-Type", "application/offset+octet-stream").body(piece).send().await {
                Ok(answer) if answer.status() == StatusCode::NO_CONTENT => (here, lost) = (told(&answer).unwrap_or(here), 0),
                // Another piece is still on its way, or this one belongs elsewhere: ask.
                Ok(answer) if !matches!(answer.status(), StatusCode::LOCKED | StatusCode::CONFLICT) && !answer.status().is_server_error() => {
                    checked(answer).await?;
                    return fail("The server answers in a way that no upload has.");
                }
                outcome if lost >= TRIES => {
                    drop(outcome);
                    return fail(format!("The line breaks again and again. Go on later with: --resume {id}"));
                }
                _ => {
                    lost += 1;
                    tokio::time::sleep(std::time::Duration::from_secs(u64::from(lost))).await;
                    here = offset(api, &address).await.unwrap_or(here);
                }
            }
        }
        bar.finish_and_clear();
        let path = if self.operator { format!("/v1/operator/images/{id}") } else { format!("/v1/images/{id}") };
        let image = api.read(&path).await?;
        if let Some(operation) = image.get("operation_id").and_then(Value::as_str)
            && let Err(failed) = progress::follow(api, operation).await
        {
            let why = api.read(&path).await?.get("problem").and_then(Value::as_str).map(str::to_owned);
            return why.map_or(Err(failed), fail);
        }
        api.show(api.read(&path).await?, show::IMAGE)
    }

    async fn begin(&self, api: &Api, total: u64) -> Outcome<String> {
        let file = self.file.file_name().map(|name| name.to_string_lossy().into_owned());
        let template = match &self.template {
            Some(template) => Some(named(api, TEMPLATES, template, "template").await?),
            None => None,
        };
        let words =
            [("name", self.name.clone().or(file)), ("sha256", self.sha256.clone()), ("template_id", template), ("description", self.description.clone())];
        let words: Vec<_> = words.into_iter().filter_map(|(word, value)| Some(format!("{word} {}", BASE64.encode(value?.as_bytes())))).collect();
        let path = if self.operator { "/v1/operator/image-uploads" } else { "/v1/image-uploads" };
        let request = api.request(Method::POST, path).header("Tus-Resumable", "1.0.0").header("Upload-Length", total);
        let answer = checked(request.header("Upload-Metadata", words.join(",")).send().await?).await?;
        match answer.headers().get("location").and_then(|value| value.to_str().ok()) {
            Some(address) => Ok(address.to_owned()),
            None => fail("The server does not say where the bytes go."),
        }
    }
}

async fn offset(api: &Api, address: &str) -> Outcome<u64> {
    let answer = api.request(Method::HEAD, address).header("Tus-Resumable", "1.0.0").send().await?;
    match told(&answer) {
        Some(offset) if answer.status().is_success() => Ok(offset),
        _ => fail("There is no such upload any more."),
    }
}

fn told(answer: &reqwest::Response) -> Option<u64> {
    answer.headers().get("upload-offset")?.to_str().ok()?.parse().ok()
}
