//! Reads whole tables page by page, writes them again, and says whether both are the same.

use sea_orm::sea_query::{Alias, Expr, Order, Query, Value};
use sea_orm::{ConnectionTrait, DbBackend, ExprTrait, QueryResult, Statement};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::cell::{Cell, Kind, Kinds};
use crate::error::{Error, Result};
use crate::map::Table;

/// One row: cells in the order of its shape's columns.
pub type Row = Vec<Cell>;

/// A table as it was when its rows were read: later versions of the program may know other columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The table's name.
    pub table: String,
    /// Its columns, in the order of the cells of a row.
    pub columns: Vec<String>,
    /// The columns of its key.
    pub key: Vec<String>,
}

impl Shape {
    /// As the map describes `table`.
    pub fn of(table: &Table) -> Self {
        Self {
            table: table.name.to_owned(),
            columns: table.columns.iter().map(|entry| entry.column.to_owned()).collect(),
            key: table.key.iter().map(|column| (*column).to_owned()).collect(),
        }
    }
}

/// Rows read at once.
const PAGE: u64 = 500;
/// Values bound in one statement at most; both engines take a few more.
const BINDS: usize = 30_000;

/// How many rows, and a sum over them that does not depend on their order: engines sort text differently.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Digest {
    /// Rows.
    pub rows: u64,
    /// The digests (SHA-256) of all rows, combined by exclusive or. Keys make rows differ, so no two cancel out.
    sum: [u8; 32],
}

impl Digest {
    /// Takes `row` in.
    ///
    /// # Errors
    /// `Internal` when a cell cannot be encoded.
    pub fn add(&mut self, row: &Row) -> Result<()> {
        let text = serde_json::to_vec(row).map_err(|error| Error::internal("cannot encode a row").caused_by(error))?;
        for (sum, byte) in self.sum.iter_mut().zip(sha2::Sha256::digest(&text)) {
            *sum ^= byte;
        }
        self.rows += 1;
        Ok(())
    }
}

/// Declared types of the columns of `table`.
///
/// # Errors
/// Database errors.
pub async fn kinds(db: &impl ConnectionTrait, table: &str) -> Result<Kinds> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => "SELECT name AS name, type AS declared FROM pragma_table_info($1)",
        _ => {
            "SELECT column_name::text AS name, data_type::text AS declared FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1"
        }
    };
    let mut kinds = Kinds::new();
    for row in db.query_all_raw(Statement::from_sql_and_values(backend, sql, [Value::from(table)])).await? {
        let declared: String = row.try_get("", "declared")?;
        let kind = match (backend, Kind::of(&declared)) {
            // SQLite keeps every integer in up to 64 bits, whatever its column is called.
            (DbBackend::Sqlite, Kind::Small | Kind::Int) => Kind::Big,
            (_, kind) => kind,
        };
        kinds.insert(row.try_get("", "name")?, kind);
    }
    Ok(kinds)
}

/// Reads a table from its begin to its end.
pub struct Pages<'a, C> {
    db: &'a C,
    shape: &'a Shape,
    kinds: Kinds,
    last: Option<Row>,
    /// Of what was read so far.
    pub digest: Digest,
}

impl<'a, C: ConnectionTrait> Pages<'a, C> {
    /// From the begin.
    ///
    /// # Errors
    /// Database errors.
    pub async fn of(db: &'a C, shape: &'a Shape) -> Result<Self> {
        Ok(Self { db, shape, kinds: kinds(db, &shape.table).await?, last: None, digest: Digest::default() })
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// Database errors; `Internal` when a column holds something else than it declares.
    pub async fn next(&mut self) -> Result<Vec<Row>> {
        let rows = page(self.db, self.shape, &self.kinds, self.last.as_ref()).await?;
        for row in &rows {
            self.digest.add(row)?;
        }
        self.last = rows.last().cloned();
        Ok(rows)
    }

    /// Reads the rest and tells the digest of all.
    ///
    /// # Errors
    /// As [`Pages::next`].
    pub async fn finish(mut self) -> Result<Digest> {
        while !self.next().await?.is_empty() {}
        Ok(self.digest)
    }
}

/// The next rows of a table after `last`, in the order of its key; none at the end.
///
/// # Errors
/// As [`Pages::next`].
async fn page(db: &impl ConnectionTrait, shape: &Shape, kinds: &Kinds, last: Option<&Row>) -> Result<Vec<Row>> {
    let name = |column: &String| Alias::new(column.as_str());
    let mut query = Query::select();
    query.columns(shape.columns.iter().map(name)).from(Alias::new(&shape.table)).limit(PAGE);
    for column in &shape.key {
        query.order_by(name(column), Order::Asc);
    }
    if let Some(last) = last {
        let cell = |column: &String| shape.columns.iter().position(|one| one == column).and_then(|place| last.get(place));
        let after: Vec<Expr> = shape.key.iter().filter_map(cell).map(|cell| Expr::val(cell.value())).collect();
        query.and_where(Expr::tuple(shape.key.iter().map(|column| Expr::col(name(column)))).gt(Expr::tuple(after)));
    }
    let read = |row: &QueryResult| shape.columns.iter().map(|column| Cell::read(row, column, kind(shape, kinds, column)?)).collect();
    db.query_all(&query).await?.iter().map(read).collect()
}

fn kind(shape: &Shape, kinds: &Kinds, column: &str) -> Result<Kind> {
    kinds.get(column).copied().ok_or_else(|| Error::internal(format!("the column {column} of {} is not in the database", shape.table)))
}

/// Writes `rows`.
///
/// # Errors
/// Database errors; `Internal` when a row does not fit the shape.
pub async fn insert(db: &impl ConnectionTrait, shape: &Shape, rows: &[Row]) -> Result<()> {
    for some in rows.chunks((BINDS / shape.columns.len().max(1)).clamp(1, 500)) {
        let mut query = Query::insert();
        query.into_table(Alias::new(&shape.table)).columns(shape.columns.iter().map(Alias::new));
        for row in some {
            // The engine gives a type to NULL; a bound nothing would have one of its own.
            let values = row.iter().map(|cell| if *cell == Cell::Null { Expr::cust("NULL") } else { Expr::val(cell.value()) });
            query.values(values).map_err(|error| Error::internal(format!("a row does not fit {}", shape.table)).caused_by(error))?;
        }
        let backend = db.get_database_backend();
        let mut statement = backend.build(&query);
        // Connections remember statements by their text, with the types of what was bound first: a
        // migration that wrote the same columns may have bound narrower numbers.
        statement.sql.push_str(" /* whole rows */");
        db.execute_raw(statement).await?;
    }
    Ok(())
}

/// Removes every row of a table.
///
/// # Errors
/// Database errors.
pub async fn clear(db: &impl ConnectionTrait, shape: &Shape) -> Result<()> {
    db.execute(Query::delete().from_table(Alias::new(&shape.table))).await?;
    Ok(())
}

/// Lets PostgreSQL's counters go on after the rows that were written with their numbers; SQLite does so by itself.
///
/// # Errors
/// Database errors.
pub async fn restart_counters(db: &impl ConnectionTrait) -> Result<()> {
    let backend = db.get_database_backend();
    if backend == DbBackend::Sqlite {
        return Ok(());
    }
    let sql = "SELECT table_name::text AS name, column_name::text AS counted FROM information_schema.columns \
               WHERE table_schema = current_schema() AND (is_identity = 'YES' OR column_default LIKE 'nextval(%')";
    for row in db.query_all_raw(Statement::from_string(backend, sql)).await? {
        let (table, column): (String, String) = (row.try_get("", "name")?, row.try_get("", "counted")?);
        let restart = format!("SELECT setval(pg_get_serial_sequence('{table}', '{column}'), COALESCE(max(\"{column}\"), 0) + 1, false) FROM \"{table}\"");
        db.execute_unprepared(&restart).await?;
    }
    Ok(())
}
