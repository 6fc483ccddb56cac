//! What exports, erasures and projects reach that other domains know: invoices as documents, machines
//! at the hypervisor, the last invoice, the last mail.

use compute::{address, backup, disk, image, instance, network};
use kernel::{ByWorkflow, Cx, OrganisationId, PersonId, Place, Result, Scope, Tx};
use notifications::Template;
use privacy::certificate::CertificateId;
use privacy::{Doomed, ErasureHook, ExportFile, ExportHook, FinalBill, Owners, Post, Settlement};

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

/// What projects hold: machines, as everything that is ordered ends in one, and what outlives them.
pub(super) struct ProjectContents;

#[async_trait::async_trait]
impl identity::project::Contents for ProjectContents {
    async fn of(&self, tx: &Tx, project: Place) -> Result<Option<String>> {
        let at = Scope::<ByWorkflow>::acting("identity.project.delete", project);
        let counted = [
            ("machine", instance::count(tx, &at).await?),
            ("disk", disk::count(tx, &at).await?),
            ("backup", backup::count(tx, &at).await?),
            ("image", image::count(tx, &at).await?),
            ("network", network::count(tx, &at).await?),
            ("address", address::count(tx, &at).await?),
        ];
        let held: Vec<_> = counted.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| words(what, count)).collect();
        Ok((!held.is_empty()).then(|| held.join(" and ")))
    }
}

fn words(what: &str, count: u64) -> String {
    let ending = if what.ends_with('s') { "es" } else { "s" };
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}{ending}") }
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

/// Extra disks, once the machines that had them are gone.
pub(super) struct Disks;

#[async_trait::async_trait]
impl ErasureHook for Disks {
    fn section(&self) -> &'static str {
        "disks"
    }

    async fn preview(&self, cx: &Cx, owners: &Owners) -> Result<Vec<Doomed>> {
        let mut doomed = Vec::new();
        for organisation in &owners.organisations {
            for one in disk::of_organisation(cx, &acting(*organisation)).await? {
                doomed.push(Doomed { kind: "disk".to_owned(), id: one.id.to_string(), name: one.name });
            }
        }
        Ok(doomed)
    }

    async fn destroy(&self, cx: &Cx, _: &Scope<ByWorkflow>, owners: &Owners) -> Result<Option<u64>> {
        let mut gone = 0;
        for organisation in &owners.organisations {
            match disk::evict(cx, &acting(*organisation)).await? {
                Some(count) => gone += count,
                None => return Ok(None),
            }
        }
        Ok(Some(gone))
    }
}

/// Copies of machines' disks, which outlive the machines.
pub(super) struct Backups;

#[async_trait::async_trait]
impl ErasureHook for Backups {
    fn section(&self) -> &'static str {
        "backups"
    }

    async fn preview(&self, cx: &Cx, owners: &Owners) -> Result<Vec<Doomed>> {
        let mut doomed = Vec::new();
        for organisation in &owners.organisations {
            for one in backup::of_organisation(cx, &acting(*organisation)).await? {
                doomed.push(Doomed { kind: "backup".to_owned(), id: one.id.to_string(), name: format!("{}: {}", one.hostname, one.name) });
            }
        }
        Ok(doomed)
    }

    async fn destroy(&self, cx: &Cx, _: &Scope<ByWorkflow>, owners: &Owners) -> Result<Option<u64>> {
        let mut gone = 0;
        for organisation in &owners.organisations {
            match backup::evict(cx, &acting(*organisation)).await? {
                Some(count) => gone += count,
                None => return Ok(None),
            }
        }
        Ok(Some(gone))
    }
}

/// Images that were uploaded, once no machine is made of them.
pub(super) struct Images;

#[async_trait::async_trait]
impl ErasureHook for Images {
    fn section(&self) -> &'static str {
        "images"
    }

    async fn preview(&self, cx: &Cx, owners: &Owners) -> Result<Vec<Doomed>> {
        let mut doomed = Vec::new();
        for organisation in &owners.organisations {
            for one in image::of_organisation(cx, &acting(*organisation)).await? {
                doomed.push(Doomed { kind: "image".to_owned(), id: one.id.to_string(), name: one.name });
            }
        }
        Ok(doomed)
    }

    async fn destroy(&self, cx: &Cx, _: &Scope<ByWorkflow>, owners: &Owners) -> Result<Option<u64>> {
        let mut gone = 0;
        for organisation in &owners.organisations {
            match image::evict(cx, &acting(*organisation)).await? {
                Some(count) => gone += count,
                None => return Ok(None),
            }
        }
        Ok(Some(gone))
    }
}

/// Private networks, once the machines in them are gone.
pub(super) struct Networks;

#[async_trait::async_trait]
impl ErasureHook for Networks {
    fn section(&self) -> &'static str {
        "networks"
    }

    async fn preview(&self, cx: &Cx, owners: &Owners) -> Result<Vec<Doomed>> {
        let mut doomed = Vec::new();
        for organisation in &owners.organisations {
            for one in network::of_organisation(cx, &acting(*organisation)).await? {
                doomed.push(Doomed { kind: "network".to_owned(), id: one.id.to_string(), name: one.name });
            }
        }
        Ok(doomed)
    }

    async fn destroy(&self, cx: &Cx, _: &Scope<ByWorkflow>, owners: &Owners) -> Result<Option<u64>> {
        let mut gone = 0;
        for organisation in &owners.organisations {
            match network::evict(cx, &acting(*organisation)).await? {
                Some(count) => gone += count,
                None => return Ok(None),
            }
        }
        Ok(Some(gone))
    }
}

/// Public addresses, which rest before anybody else gets them.
pub(super) struct Addresses;

#[async_trait::async_trait]
impl ErasureHook for Addresses {
    fn section(&self) -> &'static str {
        "addresses"
    }

    async fn preview(&self, cx: &Cx, owners: &Owners) -> Result<Vec<Doomed>> {
        let mut doomed = Vec::new();
        for organisation in &owners.organisations {
            for one in address::of_organisation(cx, &acting(*organisation)).await? {
                doomed.push(Doomed { kind: "address".to_owned(), id: one.id.to_string(), name: one.ipv4 });
            }
        }
        Ok(doomed)
    }

    async fn destroy(&self, cx: &Cx, _: &Scope<ByWorkflow>, owners: &Owners) -> Result<Option<u64>> {
        let mut gone = 0;
        for organisation in &owners.organisations {
            match address::evict(cx, &acting(*organisation)).await? {
                Some(count) => gone += count,
                None => return Ok(None),
            }
        }
        Ok(Some(gone))
    }
}

/// What was used and not billed yet becomes a last invoice.
pub(super) struct LastInvoices;

#[async_trait::async_trait]
impl Settlement for LastInvoices {
    async fn preview(&self, cx: &Cx, owners: &Owners) -> Result<Vec<FinalBill>> {
        let mut bills = Vec::new();
        for organisation in &owners.organisations {
            bills.extend(billing::invoice::unbilled(cx, &acting(*organisation)).await?.map(|total| FinalBill { number: None, total }));
        }
        Ok(bills)
    }

    async fn settle(&self, cx: &Cx, owners: &Owners) -> Result<Vec<FinalBill>> {
        let mut bills = Vec::new();
        for organisation in &owners.organisations {
            let made = billing::invoice::conclude(cx, &acting(*organisation)).await?;
            bills.extend(made.map(|(number, total)| FinalBill { number: Some(number), total }));
        }
        Ok(bills)
    }
}

/// Mails.
pub(super) struct ByMail;

#[async_trait::async_trait]
impl Post for ByMail {
    async fn farewell(&self, cx: &Cx, person: PersonId, certificate: CertificateId, bills: &str) -> Result<usize> {
        let link = format!("/app/goodbye/{certificate}");
        cx.write(async |tx| notifications::tell_once(&tx, person, Template::ErasureBegun, &[("bills", bills), ("link", &link)]).await).await?;
        notifications::flush(cx, person).await
    }
}

fn acting(organisation: OrganisationId) -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting("privacy.erasure.carry_out", Place::Organisation { organisation })
}
