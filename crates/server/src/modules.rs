//! The list of domains: the one place that names them all. Bottom of the house first.

use kernel::Module;
use kernel::map::DataMap;
use kernel::permission::PermissionInfo;
use workflow::Registered;

use crate::log;

/// Every module, lowest first: migrations run in this order.
pub fn all() -> Vec<Module> {
    vec![
        kernel::module(),
        workflow::module(),
        audit::module(),
        identity::module(),
        notifications::module(),
        compute::module(),
        billing::module(),
        catalogue::module(),
        privacy::module(),
        crate::data_map::module(),
    ]
}

/// Every workflow that a worker must know.
pub fn workflows() -> Vec<Registered> {
    [compute::workflows(), catalogue::workflows(), privacy::workflows()].into_iter().flatten().collect()
}

/// The data map of the whole program.
pub fn data_map() -> DataMap {
    all().iter().fold(DataMap::new().with_log_fields(log::FIELDS), |map, module| {
        map.with_tables(module.tables.iter().copied())
            .with_client_keys(module.client_keys)
            .with_log_fields(module.log_fields)
            .with_recipients(module.recipients)
    })
}

/// Every permission of the program.
pub fn permissions() -> Vec<PermissionInfo> {
    all().iter().flat_map(|module| module.permissions.iter().copied()).collect()
}
