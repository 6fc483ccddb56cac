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
use kernel::db::{Database, Engine};
use kernel::http::Authority;
use kernel::map::{Fault, Inventory};
use kernel::seal::RootKey;
use kernel::{Clock, Cx, Error, Result};
use privacy::policy::VersionNote;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_scalar::{Scalar, Servable};

use crate::backup::Hold;
use crate::config::{Config, Role};
use crate::inventory::{data_map, inventory};
use crate::{assets, http, modules, pages, schedule, wiring};

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
    /// The address of its metrics, if it shows any.
    pub metrics: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    /// Until the last task has ended.
    _hold: Hold,
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
    /// `Conflict` listing every fault of the map: an installation that stores, logs, sets or sends
    /// what the map does not know does not start.
    pub async fn open(config: Config, stand: Stand) -> Result<Self> {
        let (database, inventory, faults) = Self::compared(&config).await?;
        if !faults.is_empty() {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            return Err(Error::conflict(format!("The data map and what is really there disagree, so Fairhold does not start:\n  {}", lines.join("\n  "))));
        }
        let cx = Self::context(&config, stand, database, inventory)?;
        if !kernel::seal::fits(&cx).await? {
            return Err(Error::conflict(format!(
                "{} is not the root key of this database, so nothing in it can be read. Put the right file back, with the epoch keys beside it.",
                config.root_key().display()
            )));
        }
        wiring::prepare(&cx).await?;
        Ok(Self { cx, config })
    }

    fn context(config: &Config, stand: Stand, database: Database, inventory: Inventory) -> Result<Cx> {
        let authority: Arc<dyn Authority> = Arc::new(identity::IdentityAuthority::new(modules::permissions())?);
        Ok(Cx::new(Parts {
            database,
            clock: stand.clock.unwrap_or_else(Parts::system_clock),
            root: RootKey::load_or_create(&config.root_key())?,
            map: data_map(config).engaged(&inventory.endpoints),
            authority,
            extensions: wiring::extensions(config, stand.extensions)?.with(inventory),
        }))
    }

    /// Publishes the policy of this release on an installation that still runs another one. Nothing
    /// but the new version is written; the tables stay as they are.
    ///
    /// # Errors
    /// `Conflict` before the set-up; those of the database.
    pub async fn announce(config: &Config) -> Result<VersionNote> {
        let database = Database::connect(&config.database_url()).await?;
        let cx = Self::context(config, Stand::default(), database, inventory(config)?)?;
        privacy::policy::publish(&cx).await
    }

    /// Every fault of the map; none means that the installation may start.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lint(config: &Config) -> Result<Vec<Fault>> {
        let (database, _, faults) = Self::compared(config).await?;
        database.close().await?;
        Ok(faults)
    }

    async fn compared(config: &Config) -> Result<(Database, Inventory, Vec<Fault>)> {
        let failed = |error: std::io::Error| Error::internal(format!("the data folder {} cannot be made", config.data_dir.display())).caused_by(error);
        std::fs::create_dir_all(&config.data_dir).map_err(failed)?;
        let database = Database::connect(&config.database_url()).await?;
        let lists: Vec<_> = modules::all().iter().map(|module| module.migrations).collect();
        database.migrate(move || lists.iter().flat_map(|list| list()).collect()).await?;
        let inventory = inventory(config)?;
        let faults = privacy::promise::map_faults(&data_map(config), &database.live_schema().await?, &inventory);
        Ok((database, inventory, faults))
    }

    /// The router with all layers.
    fn router(&self, door: &http::Door) -> Router {
        let limits = http::Limits::new(self.config.limits);
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
            // `received` has the limit.
            .layer(DefaultBodyLimit::disable())
            .layer(middleware::from_fn_with_state(self.cx.clone(), http::idempotent))
            .layer(middleware::from_fn(http::received))
            .layer(middleware::from_fn_with_state(limits, http::rate_limit))
            .layer(middleware::from_fn_with_state(self.config.is_https(), http::security_headers))
            // Archives of disks are large, are compressed already, and say how long they are.
            .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::const_new("application/x-"))))
            .layer(middleware::from_fn_with_state(door.clone(), http::identified))
            .with_state(self.cx.clone())
            // Outside the layers: supervisors ask often, and their questions are not requests of anybody.
            .merge(Router::new().route("/healthz", get(http::healthz)).route("/readyz", get(http::readyz)).with_state(door.clone()))
    }

    /// Starts serving and working.
    ///
    /// # Errors
    /// `Unavailable` when the address is taken, `Conflict` when somebody else has the data folder.
    pub async fn start(self) -> Result<Running> {
        let hold = Hold::serving(&self.config.data_dir, self.cx.database().engine() == Engine::Postgres)?;
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
            for job in modules::all().iter().flat_map(|module| module.jobs.iter().copied()).chain([schedule::PURGE_LOG]) {
                tasks.spawn(schedule::run_job(self.cx.clone(), job, stopped.clone()));
            }
        }
        // Whatever a process does, it may need a hypervisor for it.
        tasks.spawn(schedule::follow_clusters(self.cx.clone(), stopped.clone()));
        let door = http::Door {
            cx: self.cx.clone(),
            clients: http::Clients::behind(&self.config.proxies)?,
            figures: Arc::new(http::Figures::new()),
            folder: self.config.data_dir.clone(),
            stopping: stopped.clone(),
        };
        let mut metrics = None;
        if let Some(address) = self.config.metrics.listen {
            let busy = |error: std::io::Error| {
                Error::unavailable(format!("Nothing can listen on {address} for metrics; is another program using it?")).caused_by(error)
            };
            let listener = TcpListener::bind(address).await.map_err(busy)?;
            metrics = Some(listener.local_addr().map_err(busy)?);
            let router = Router::new().route("/metrics", get(http::metrics)).with_state(door.clone());
            let until = stopped.clone();
            tasks.spawn(async move {
                if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(schedule::stopped(until)).await {
                    tracing::error!(%error, "metrics ended");
                }
            });
        }
        if self.config.does(Role::Api) {
            let service = self.router(&door).into_make_service_with_connect_info::<http::Peer>();
            let until = schedule::stopped(stopped.clone());
            let serve = match http::TlsListener::acceptor(&self.config.tls)? {
                None => axum::serve(listener, service).with_graceful_shutdown(until).into_future(),
                Some(acceptor) => axum::serve(http::TlsListener::on(listener, address, acceptor), service).with_graceful_shutdown(until).into_future(),
            };
            tasks.spawn(async move {
                // Event streams and consoles stay open for hours; they get a moment, not for ever.
                let too_long = async {
                    schedule::stopped(stopped).await;
                    tokio::time::sleep(DRAIN).await;
                };
                tokio::select! {
                    outcome = serve => if let Err(error) = outcome { tracing::error!(%error, "serving ended") },
                    () = too_long => tracing::warn!("connections were cut at the end of the drain time"),
                }
            });
        }
        Ok(Running { address, metrics, stop, tasks, _hold: hold })
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
