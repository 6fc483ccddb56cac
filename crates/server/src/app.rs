//! Opens everything, checks the data map, builds the router, and runs until told to stop.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use kernel::cx::{Extensions, Parts};
use kernel::db::Database;
use kernel::http::Authority;
use kernel::seal::RootKey;
use kernel::{Clock, Cx, Error, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_scalar::{Scalar, Servable};

use crate::config::{Config, Role};
use crate::{assets, http, modules, pages, schedule, wiring};

/// Largest request body.
const BODY_LIMIT: usize = 1024 * 1024;
/// Operations that one process carries out side by side.
const AT_ONCE: usize = 32;
/// How long requests at hand may take once the server stops.
const DRAIN: Duration = Duration::from_secs(20);

/// An opened installation that does not serve yet.
pub struct App {
    /// The context of everything.
    pub cx: Cx,
    /// Its configuration.
    pub config: Config,
}

/// A serving installation.
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// What a caller may bring instead of the usual parts: tests bring a frozen clock and a simulated hypervisor.
#[derive(Default)]
pub struct Stand {
    /// The clock; the system's if absent.
    pub clock: Option<Arc<dyn Clock>>,
    /// Singletons that replace or add to the usual ones.
    pub extensions: Extensions,
}

impl App {
    /// Opens the database, applies migrations, and compares the data map with what is really there.
    ///
    /// # Errors
    /// `Conflict` listing every fault of the map: an installation that stores what the map does not
    /// know does not start.
    pub async fn open(config: Config, stand: Stand) -> Result<Self> {
        let failed = |error: std::io::Error| Error::internal(format!("the data folder {} cannot be made", config.data_dir.display())).caused_by(error);
        std::fs::create_dir_all(&config.data_dir).map_err(failed)?;
        let database = Database::connect(&config.database_url()).await?;
        let lists: Vec<_> = modules::all().iter().map(|module| module.migrations).collect();
        database.migrate(move || lists.iter().flat_map(|list| list()).collect()).await?;
        let map = modules::data_map();
        let mut faults: Vec<String> = map.lint(&database.live_schema().await?).iter().map(ToString::to_string).collect();
        faults.extend(privacy::walk::lint(&map));
        if !faults.is_empty() {
            return Err(Error::conflict(format!("The data map and the database disagree, so Fairhold does not start:\n  {}", faults.join("\n  "))));
        }
        let authority: Arc<dyn Authority> = Arc::new(identity::IdentityAuthority::new(modules::permissions())?);
        let cx = Cx::new(Parts {
            database,
            clock: stand.clock.unwrap_or_else(Parts::system_clock),
            root: RootKey::load_or_create(&config.data_dir.join("keys/root.key"))?,
            map,
            authority,
            extensions: wiring::extensions(&config, stand.extensions)?,
        });
        wiring::prepare(&cx).await?;
        Ok(Self { cx, config })
    }

    /// The router with all layers.
    pub fn router(&self) -> Router {
        let limits = http::Limits::new();
        let (routes, document) = api();
        let json = document.to_json().unwrap_or_default();
        let docs = Router::new().merge(Scalar::with_url("/v1/docs", document));
        routes
            .route("/v1/openapi.json", get(|| async move { ([("content-type", "application/json")], json) }))
            .merge(pages::routes())
            .route("/app", get(assets::console))
            .route("/app/{*path}", get(assets::console))
            .route("/app/assets/{*path}", get(assets::file))
            .route("/operator", get(assets::console))
            .route("/operator/{*path}", get(assets::console))
            .route("/setup", get(assets::console))
            .route("/mark.svg", get(assets::mark))
            .merge(docs)
            .fallback(|| async { Error::not_found("page").into_response() })
            .method_not_allowed_fallback(|| async { Error::invalid("", "this address does not take that method") })
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(middleware::from_fn_with_state(self.cx.clone(), http::idempotent))
            .layer(middleware::from_fn_with_state(limits, http::rate_limit))
            .layer(middleware::from_fn_with_state(self.config.is_https(), http::security_headers))
            .layer(CompressionLayer::new())
            .layer(middleware::from_fn_with_state(self.cx.clone(), http::identified))
            .with_state(self.cx.clone())
    }

    /// Starts serving and working.
    ///
    /// # Errors
    /// `Unavailable` when the address is taken.
    pub async fn start(self) -> Result<Running> {
        let taken =
            |error: std::io::Error| Error::unavailable(format!("Nothing can listen on {}; is another program using it?", self.config.listen)).caused_by(error);
        let listener = TcpListener::bind(self.config.listen).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        if self.config.does(Role::Worker) {
            let worker = workflow::Worker::new(self.cx.clone(), modules::workflows(), AT_ONCE);
            let until = stopped.clone();
            tasks.spawn(async move { worker.run(schedule::stopped(until)).await });
            let reactions = modules::all().iter().flat_map(|module| module.reactions.iter().copied()).collect();
            tasks.spawn(schedule::deliver(self.cx.clone(), reactions, stopped.clone()));
        }
        if self.config.does(Role::Scheduler) {
            for job in modules::all().iter().flat_map(|module| module.jobs.iter().copied()) {
                tasks.spawn(schedule::run_job(self.cx.clone(), job, stopped.clone()));
            }
        }
        if self.config.does(Role::Api) {
            let service = self.router().into_make_service_with_connect_info::<SocketAddr>();
            let until = stopped.clone();
            tasks.spawn(async move {
                let serve = axum::serve(listener, service).with_graceful_shutdown(schedule::stopped(until.clone())).into_future();
                // Event streams and consoles stay open for hours; they get a moment, not for ever.
                let too_long = async {
                    schedule::stopped(until).await;
                    tokio::time::sleep(DRAIN).await;
                };
                tokio::select! {
                    outcome = serve => if let Err(error) = outcome { tracing::error!(%error, "serving ended") },
                    () = too_long => tracing::warn!("connections were cut at the end of the drain time"),
                }
            });
        }
        Ok(Running { address, stop, tasks })
    }
}

impl Running {
    /// Stops taking requests, finishes what is at hand, and returns when everything has ended.
    pub async fn stop(mut self) {
        self.stop.send(true).ok();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// The API: routes of all domains and the OpenAPI document that describes them.
pub fn api() -> (Router<Cx>, utoipa::openapi::OpenApi) {
    #[derive(OpenApi)]
    #[openapi(
        info(title = "Fairhold", version = "1", description = "Everything the console and the command line do. Errors are RFC 9457 problem documents."),
        components(schemas(kernel::http::Problem))
    )]
    struct Document;

    let mut document = Document::openapi();
    let schemes = document.components.get_or_insert_with(Default::default);
    schemes.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(kernel::http::SESSION_COOKIE))));
    schemes.add_security_scheme("token", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()));
    modules::all().into_iter().fold(OpenApiRouter::with_openapi(document), |router, module| router.merge((module.routes)())).split_for_parts()
}
