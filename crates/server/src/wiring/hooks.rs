//! What exports and erasures reach that is not a row: invoices as documents, machines at the hypervisor.

use compute::instance;
use kernel::{ByWorkflow, Cx, OrganisationId, Place, Result, Scope};
use privacy::{Doomed, ErasureHook, ExportFile, ExportHook, Owners};

/// Invoices as people know them.
pub(super) struct InvoiceDocuments;

#[async_trait::async_trait]
impl ExportHook for InvoiceDocuments {
    fn section(&self) -> &'static str {
        "invoice_documents"
    }

    async fn files(&self, cx: &Cx, _: &Scope<ByWorkflow>, owners: &Owners) -> Result<Vec<ExportFile>> {
        let mut files = Vec::new();
        for organisation in &owners.organisations {
            for (number, bytes) in billing::invoice::documents(cx, &acting(*organisation)).await? {
                files.push(ExportFile { path: format!("invoices/{number}.pdf"), bytes });
            }
        }
        Ok(files)
    }
}

/// Virtual machines with their disks.
pub(super) struct Machines;

#[async_trait::async_trait]
impl ErasureHook for Machines {
    fn section(&self) -> &'static str {
        "machines"
    }

    async fn preview(&self, cx: &Cx, owners: &Owners) -> Result<Vec<Doomed>> {
        let mut doomed = Vec::new();
        for organisation in &owners.organisations {
            for machine in instance::of_organisation(cx, &acting(*organisation)).await? {
                doomed.push(Doomed { kind: "machine".to_owned(), id: machine.id.to_string(), name: machine.name });
            }
        }
        Ok(doomed)
    }

    async fn destroy(&self, cx: &Cx, _: &Scope<ByWorkflow>, owners: &Owners) -> Result<Option<u64>> {
        let mut gone = 0;
        for organisation in &owners.organisations {
            match instance::evict(cx, &acting(*organisation)).await? {
                Some(count) => gone += count,
                None => return Ok(None),
            }
        }
        Ok(Some(gone))
    }
}

fn acting(organisation: OrganisationId) -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting("privacy.erasure.carry_out", Place::Organisation { organisation })
}
