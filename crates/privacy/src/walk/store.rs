//! The walk's statements, built from the map. Every value is bound; every name is a constant of the map.

use std::collections::BTreeMap;

use kernel::db::Engine;
use kernel::map::{DataMap, Owned, Table};
use kernel::{Cx, Error, Result};
use sea_orm::sea_query::{Alias, Asterisk, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::cell::{Cell, Kinds};

/// Rows handled by one statement at most.
pub(crate) const BATCH: u64 = 500;

/// Of those rows of a table of keys, the ones in `classes`.
pub(crate) fn of_classes(table: &Table, condition: Expr, classes: Vec<&'static str>) -> Expr {
    condition.and(Expr::col((table.name, "class")).is_in(classes))
}

/// What is asked of rows.
pub(crate) type Condition = Expr;

/// `condition` without the rows that belong to one of `owners`.
pub(crate) fn without(map: &DataMap, table: &Table, condition: Condition, owners: &[Uuid]) -> Condition {
    match belongs(map, table, owners) {
        Some(theirs) if !owners.is_empty() => condition.and(theirs.not()),
        _ => condition,
    }
}

/// True for rows of `table` that belong to one of `owners`; `None` when rows belong to nobody.
pub(crate) fn belongs(map: &DataMap, table: &Table, owners: &[Uuid]) -> Option<Expr> {
    match table.owned {
        Owned::ByPerson { column } | Owned::ByOrganisation { column } => Some(Expr::col((table.name, column)).is_in(owners.iter().copied())),
        Owned::Through { column, table: next, key } => {
            let next = map.owner_chain(table).and_then(|chain| chain.get(1).copied()).filter(|found| found.name == next)?;
            let condition = belongs(map, &next, owners)?;
            Some(Expr::col((table.name, column)).in_subquery(Query::select().column((next.name, key)).from(next.name).and_where(condition).to_owned()))
        }
        Owned::ByNobody => None,
    }
}

/// Rows per table that meet their condition, in one statement.
///
/// # Errors
/// Database errors.
pub(crate) async fn counts(db: &impl ConnectionTrait, of: Vec<(&'static str, Expr)>) -> Result<BTreeMap<String, u64>> {
    let mut parts = of.into_iter().map(|(table, condition)| {
        Query::select().expr_as(Expr::val(table), "name").expr_as(Func::count(Expr::col(Asterisk)), "total").from(table).and_where(condition).to_owned()
    });
    let Some(mut all) = parts.next() else { return Ok(BTreeMap::new()) };
    for part in parts {
        all.union(UnionType::All, part);
    }
    let mut counts = BTreeMap::new();
    for row in db.query_all(&all).await? {
        let total: i64 = row.try_get("", "total")?;
        counts.insert(row.try_get("", "name")?, u64::try_from(total).unwrap_or(0));
    }
    Ok(counts)
}

/// The latest instant in `column` among rows that meet `condition`.
///
/// # Errors
/// Database errors.
pub(crate) async fn latest(db: &impl ConnectionTrait, table: &Table, column: &'static str, condition: Expr) -> Result<Option<i64>> {
    let query = Query::select().expr_as(Func::max(Expr::col((table.name, column))), "latest").from(table.name).and_where(condition).to_owned();
    Ok(db.query_one(&query).await?.map(|row| row.try_get("", "latest")).transpose()?.flatten())
}

/// Declared types of the columns of `table`.
///
/// # Errors
/// Database errors.
pub(crate) async fn kinds(cx: &Cx, table: &Table) -> Result<Kinds> {
    kernel::rows::kinds(cx.db(), table.name).await
}

/// Foreign keys of the live schema as `(child, parent)`.
///
/// # Errors
/// Database errors.
pub(crate) async fn foreign_keys(cx: &Cx) -> Result<Vec<(String, String)>> {
    let sql = match cx.database().engine() {
        Engine::Sqlite => "SELECT m.name AS child, f.\"table\" AS parent FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
        Engine::Postgres => {
            "SELECT child.relname::text AS child, parent.relname::text AS parent FROM pg_constraint c \
             JOIN pg_class child ON child.oid = c.conrelid JOIN pg_class parent ON parent.oid = c.confrelid \
             WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace"
        }
    };
    let rows = cx.db().query_all_raw(Statement::from_string(cx.database().backend(), sql)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "child")?, row.try_get("", "parent")?))).collect()
}

/// One row: cells in the order of the table's columns.
pub(crate) type Row = Vec<Cell>;

/// The next rows that meet `condition` after the key `after`, in order of the key.
///
/// # Errors
/// Database errors.
pub(crate) async fn page(db: &impl ConnectionTrait, table: &Table, kinds: &Kinds, condition: Expr, after: Option<&[Cell]>) -> Result<Vec<Row>> {
    let mut query = Query::select();
    query.columns(table.columns.iter().map(|entry| (table.name, entry.column))).from(table.name).and_where(condition).limit(BATCH);
    for column in table.key {
        query.order_by((table.name, *column), Order::Asc);
    }
    if let Some(after) = after {
        let key = Expr::tuple(table.key.iter().map(|column| Expr::col((table.name, *column))));
        query.and_where(key.gt(Expr::tuple(after.iter().map(|cell| Expr::val(cell.value())))));
    }
    let mut rows = Vec::new();
    for row in db.query_all(&query).await? {
        let cells: Result<Row> = table
            .columns
            .iter()
            .map(|entry| {
                let kind =
                    kinds.get(entry.column).copied().ok_or_else(|| Error::internal(format!("{} is not in the database", table.entry_name(entry.column))))?;
                Cell::read(&row, entry.column, kind)
            })
            .collect();
        rows.push(cells?);
    }
    Ok(rows)
}

/// The key of `row`, for going on after it.
pub(crate) fn key(table: &Table, row: &Row) -> Vec<Cell> {
    table.key.iter().filter_map(|column| table.columns.iter().position(|entry| entry.column == *column).and_then(|at| row.get(at).cloned())).collect()
}

/// Up to [`BATCH`] keys that meet `condition`, as a subquery: the same rows for every statement of a transaction.
fn batch(table: &Table, condition: Expr) -> SelectStatement {
    let mut keys = Query::select();
    keys.columns(table.key.iter().map(|column| (table.name, *column))).from(table.name).and_where(condition).limit(BATCH);
    for column in table.key {
        keys.order_by((table.name, *column), Order::Asc);
    }
    // The alias keeps the limit where engines would otherwise refuse it inside IN.
    Query::select().columns(table.key.iter().copied()).from_subquery(keys.to_owned(), Alias::new("due")).to_owned()
}

fn in_batch(table: &Table, keys: SelectStatement) -> Expr {
    match table.key {
        [one] => Expr::col((table.name, *one)).in_subquery(keys),
        many => Expr::tuple(many.iter().map(|column| Expr::col((table.name, *column)))).in_subquery(keys),
    }
}

/// Deletes up to [`BATCH`] rows that meet `condition`; tells how many.
///
/// # Errors
/// Database errors.
pub(crate) async fn delete(db: &impl ConnectionTrait, table: &Table, condition: Expr) -> Result<u64> {
    let statement = Query::delete().from_table(table.name).and_where(in_batch(table, batch(table, condition))).to_owned();
    Ok(db.execute(&statement).await?.rows_affected())
}

/// Deletes up to [`BATCH`] rows and first, at any depth, the rows that belong through them.
/// Tells how many went from each table.
///
/// # Errors
/// Database errors.
pub(crate) async fn delete_with_dependents(db: &impl ConnectionTrait, map: &DataMap, table: &Table, condition: Expr) -> Result<BTreeMap<&'static str, u64>> {
    let mut gone = BTreeMap::new();
    let chosen = in_batch(table, batch(table, condition.clone()));
    for (dependent, condition) in dependents(map, table, chosen) {
        let statement = Query::delete().from_table(dependent).and_where(condition).to_owned();
        *gone.entry(dependent).or_insert(0) += db.execute(&statement).await?.rows_affected();
    }
    *gone.entry(table.name).or_insert(0) += delete(db, table, condition).await?;
    Ok(gone)
}

/// Tables that belong through `table`, deepest first, with the condition that finds their rows.
fn dependents(map: &DataMap, table: &Table, chosen: Expr) -> Vec<(&'static str, Expr)> {
    let mut all = Vec::new();
    for child in map.tables.values() {
        if let Owned::Through { column, table: parent, key } = child.owned
            && parent == table.name
        {
            let keys = Query::select().column((table.name, key)).from(table.name).and_where(chosen.clone()).to_owned();
            let condition = Expr::col((child.name, column)).in_subquery(keys);
            all.extend(dependents(map, child, condition.clone()));
            all.push((child.name, condition));
        }
    }
    all
}

/// True when one of `columns` still holds something.
fn any_left(table: &Table, columns: &[&'static str]) -> Expr {
    columns.iter().fold(Expr::val(false), |any, column| any.or(Expr::col((table.name, *column)).is_not_null()))
}

/// Empties `columns` of up to [`BATCH`] rows that meet `condition` and hold something; tells how many.
///
/// # Errors
/// Database errors.
pub(crate) async fn empty(db: &impl ConnectionTrait, table: &Table, columns: &[&'static str], condition: Expr) -> Result<u64> {
    let keys = batch(table, condition.and(any_left(table, columns)));
    let mut statement = Query::update();
    statement.table(table.name).and_where(in_batch(table, keys));
    for column in columns {
        statement.value(*column, Expr::cust("NULL"));
    }
    Ok(db.execute(&statement).await?.rows_affected())
}

/// Rows that meet `condition` and hold something in `columns`.
pub(crate) fn unemptied(table: &Table, columns: &[&'static str], condition: Expr) -> Expr {
    condition.and(any_left(table, columns))
}

/// Rows of `table` whose term ended at `now`.
pub(crate) fn past_term(table: &Table, column: &'static str, now: i64) -> Expr {
    let term = i64::from(table.retention.days).saturating_mul(86_400_000_000);
    Expr::col((table.name, column)).lte(now.saturating_sub(term))
}
