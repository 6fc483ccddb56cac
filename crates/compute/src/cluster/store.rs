//! The table `compute_cluster`. The token's secret leaves it sealed, or as an [`Access`] for the driver.

use std::collections::HashMap;

use kernel::permission::Permission;
use kernel::seal::Secret;
use kernel::{Cx, Error, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::kind::Access;
use super::model::{Cluster, ClusterAddress, ClusterId, ClusterPatch, ClusterSource, NewCluster};

pub(crate) use entity::Model as Row;

/// Name of the secret's column in the map.
const TOKEN_SECRET: &str = "compute.cluster.token_secret";

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::cluster::ClusterId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_cluster")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ClusterId,
        #[sea_orm(unique)]
        pub name: String,
        pub kind: String,
        pub region: String,
        /// JSON list.
        pub addresses: String,
        pub token_id: String,
        pub token_secret: kernel::seal::Secret,
        /// JSON object.
        pub mapping: String,
        pub version: i64,
        pub created_at: i64,
        pub updated_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("a cluster's document is damaged").caused_by(error))
}

fn text<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("cannot encode a cluster's document").caused_by(error))
}

impl Row {
    /// What it is called here.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// In which region it stands.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// Grows with each change.
    pub(super) fn version(&self) -> i64 {
        self.version
    }

    /// Where its nodes answer.
    pub(super) fn addresses(&self) -> Result<Vec<ClusterAddress>> {
        read(&self.addresses)
    }

    /// What of it is ours to use.
    pub(super) fn mapping(&self) -> Result<Value> {
        read(&self.mapping)
    }

    /// What the driver needs to reach it, the opened secret included.
    pub(super) fn access(&self, cx: &Cx) -> Result<Access> {
        let token_secret = self.token_secret.open(cx.keys(), TOKEN_SECRET)?;
        Ok(Access { addresses: self.addresses()?, token_id: self.token_id.clone(), token_secret })
    }

    /// As the operator sees it.
    pub(super) fn shown(&self) -> Result<Cluster> {
        Ok(Cluster {
            id: Some(self.id),
            name: self.name.clone(),
            kind: self.kind.clone(),
            source: ClusterSource::Enrolled,
            region: self.region.clone(),
            addresses: self.addresses()?,
            token_id: self.token_id.clone(),
            mapping: self.mapping()?,
            version: self.version,
            created_at: Some(Timestamp(self.created_at)),
            updated_at: Some(Timestamp(self.updated_at)),
            node: None,
        })
    }

    /// The same cluster at other addresses.
    pub(super) fn at(self, addresses: &[ClusterAddress]) -> Result<Self> {
        Ok(Self { addresses: text(&addresses)?, ..self })
    }

    /// The same cluster with what `patch` changes.
    pub(super) fn changed(&self, cx: &Cx, patch: &ClusterPatch) -> Result<Self> {
        let mut after = self.clone();
        if let Some(addresses) = &patch.addresses {
            after.addresses = text(addresses)?;
        }
        if let Some(id) = &patch.token_id {
            id.trim().clone_into(&mut after.token_id);
        }
        if let Some(secret) = &patch.token_secret {
            after.token_secret = Secret::seal(cx.keys(), TOKEN_SECRET, secret.0.trim())?;
        }
        if let Some(mapping) = &patch.mapping {
            after.mapping = text(mapping)?;
        }
        Ok(after)
    }
}

/// Writes a new cluster.
pub(super) async fn insert<P: Permission>(tx: &Tx, _at: &Scope<P>, id: ClusterId, kind: &str, new: &NewCluster, access: &Access) -> Result<()> {
    let now = tx.cx().now().0;
    let row = entity::ActiveModel {
        id: Set(id),
        name: Set(new.name.clone()),
        kind: Set(kind.to_owned()),
        region: Set(new.region.clone()),
        addresses: Set(text(&access.addresses)?),
        token_id: Set(access.token_id.clone()),
        token_secret: Set(Secret::seal(tx.cx().keys(), TOKEN_SECRET, &access.token_secret)?),
        mapping: Set(text(&new.mapping)?),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Names and versions of all of them: what processes compare.
pub(super) async fn versions(db: &impl ConnectionTrait) -> Result<HashMap<ClusterId, (String, i64)>> {
    let query = entity::Entity::find().select_only().column(entity::Column::Id).column(entity::Column::Name).column(entity::Column::Version);
    let rows = query.into_tuple::<(ClusterId, String, i64)>().all(db).await?;
    Ok(rows.into_iter().map(|(id, name, version)| (id, (name, version))).collect())
}

/// One of them, for opening its line.
pub(super) async fn find(db: &impl ConnectionTrait, id: ClusterId) -> Result<Option<Row>> {
    Ok(entity::Entity::find_by_id(id).one(db).await?)
}

/// Whether it is there, and stays so until the transaction ends.
pub(crate) async fn is_there(tx: &Tx, id: ClusterId) -> Result<bool> {
    let mut query = entity::Entity::find_by_id(id);
    QueryTrait::query(&mut query).lock(LockType::Share);
    Ok(query.one(tx.db()).await?.is_some())
}

/// Names of all that are enrolled.
pub(crate) async fn names(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    Ok(entity::Entity::find().select_only().column(entity::Column::Name).into_tuple().all(db).await?)
}

/// All of them, by name.
pub(super) async fn all<P: Permission>(db: &impl ConnectionTrait, _at: &Scope<P>) -> Result<Vec<Row>> {
    Ok(entity::Entity::find().order_by_asc(entity::Column::Name).all(db).await?)
}

/// One of them.
pub(super) async fn by_id<P: Permission>(db: &impl ConnectionTrait, _at: &Scope<P>, id: ClusterId) -> Result<Row> {
    entity::Entity::find_by_id(id).one(db).await?.ok_or_else(missing)
}

/// The same, locked to the end of the transaction.
pub(super) async fn locked<P: Permission>(tx: &Tx, _at: &Scope<P>, id: ClusterId) -> Result<Row> {
    let mut query = entity::Entity::find_by_id(id);
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(missing)
}

/// The same by the name.
pub(super) async fn locked_by_name<P: Permission>(tx: &Tx, _at: &Scope<P>, name: &str) -> Result<Row> {
    let mut query = entity::Entity::find().filter(entity::Column::Name.eq(name));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(missing)
}

fn missing() -> Error {
    Error::not_found("cluster")
}

/// Writes a locked cluster as it is from now on, in its next version.
pub(super) async fn replace<P: Permission>(tx: &Tx, _at: &Scope<P>, row: Row) -> Result<()> {
    let version = row.version + 1;
    let mut row = row.into_active_model().reset_all();
    row.version = Set(version);
    row.updated_at = Set(tx.cx().now().0);
    entity::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}

/// Removes it.
pub(super) async fn remove<P: Permission>(tx: &Tx, _at: &Scope<P>, id: ClusterId) -> Result<()> {
    entity::Entity::delete_by_id(id).exec(tx.db()).await?;
    Ok(())
}
