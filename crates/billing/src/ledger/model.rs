//! Accounts, legs and entries. Debits are positive, credits negative.

use kernel::{Currency, Error, Money, OrganisationId, Result};
use sha2::{Digest, Sha256};

/// An account of the books.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Account {
    /// What a customer owes on invoices.
    Receivable(OrganisationId),
    /// What we hold for a customer: paid, and not yet allocated to an invoice.
    Credit(OrganisationId),
    /// Money at a payment provider.
    Clearing(String),
    /// What was sold.
    Revenue,
    /// Tax collected for a country.
    TaxPayable(String),
}

impl Account {
    /// Its name in the books.
    pub fn name(&self, currency: Currency) -> String {
        match self {
            Self::Receivable(organisation) => format!("receivable/{organisation}/{currency}"),
            Self::Credit(organisation) => format!("credit/{organisation}/{currency}"),
            Self::Clearing(provider) => format!("clearing/{provider}/{currency}"),
            Self::Revenue => format!("revenue/{currency}"),
            Self::TaxPayable(country) => format!("tax/{country}/{currency}"),
        }
    }

    /// The customer whose account it is.
    pub fn owner(&self) -> Option<OrganisationId> {
        match self {
            Self::Receivable(organisation) | Self::Credit(organisation) => Some(*organisation),
            _ => None,
        }
    }
}

/// One side of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Where.
    pub account: Account,
    /// How much, in minor units; positive is a debit.
    pub minor: i64,
}

/// What to book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Names what happened; the same key is booked once.
    pub key: String,
    /// Whose business it is.
    pub organisation_id: OrganisationId,
    /// What happened, in words.
    pub memo: String,
    /// The document, as an id in text.
    pub document: String,
    /// Currency of all legs.
    pub currency: Currency,
    /// The legs; those of zero are left out.
    pub legs: Vec<Leg>,
}

impl Posting {
    /// Moves `amount` from the credit of one account to the debit of another.
    pub fn transfer(debit: Account, credit: Account, amount: Money) -> Result<Vec<Leg>> {
        Ok(vec![Leg { account: debit, minor: amount.minor }, Leg { account: credit, minor: amount.negated()?.minor }])
    }

    /// Refuses an entry that does not balance.
    ///
    /// # Errors
    /// `Internal` when the legs do not sum to zero or do not fit.
    pub fn check(&self) -> Result<()> {
        let sum = self.legs.iter().try_fold(0_i64, |sum, leg| sum.checked_add(leg.minor));
        match sum {
            Some(0) => Ok(()),
            _ => Err(Error::internal(format!("the entry {} does not balance", self.key))),
        }
    }
}

/// A booked entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the books: 1, 2, 3 …
    pub seq: i64,
    /// What it was booked under.
    pub key: String,
    /// Whose business it is.
    pub organisation_id: OrganisationId,
    /// What happened.
    pub memo: String,
    /// The document.
    pub document: String,
    /// The entry that it takes back.
    pub reverses: Option<i64>,
    /// When it was booked, in microseconds.
    pub booked_at: i64,
    /// Hash of the entry before.
    pub previous: Vec<u8>,
    /// Account names and amounts.
    pub legs: Vec<(String, i64)>,
}

impl Entry {
    /// SHA-256 over everything that it says and the hash before it.
    pub fn hash(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(&self.previous);
        part(&self.seq.to_be_bytes());
        part(self.key.as_bytes());
        part(self.organisation_id.to_string().as_bytes());
        part(self.memo.as_bytes());
        part(self.document.as_bytes());
        part(&self.reverses.unwrap_or(0).to_be_bytes());
        part(&self.booked_at.to_be_bytes());
        for (account, minor) in &self.legs {
            part(account.as_bytes());
            part(&minor.to_be_bytes());
        }
        hash.finalize().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::id::Id;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn posting(minors: &[i64]) -> Posting {
        Posting {
            key: "k".to_owned(),
            organisation_id: OrganisationId::from_uuid(Uuid::from_u128(1)),
            memo: String::new(),
            document: String::new(),
            currency: Currency::from_code("EUR").unwrap(),
            legs: minors.iter().map(|minor| Leg { account: Account::Revenue, minor: *minor }).collect(),
        }
    }

    proptest! {
        #[test]
        fn only_balanced_entries_pass(minors in prop::collection::vec(-1000_i64..1000, 0..6)) {
            prop_assert_eq!(posting(&minors).check().is_ok(), minors.iter().sum::<i64>() == 0);
        }
    }

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        assert!(posting(&[i64::MAX, 1, i64::MIN]).check().is_err());
    }

    #[test]
    fn every_part_of_an_entry_is_in_its_hash() {
        let entry = Entry {
            seq: 1,
            key: "k".to_owned(),
            organisation_id: OrganisationId::from_uuid(Uuid::from_u128(1)),
            memo: "m".to_owned(),
            document: "d".to_owned(),
            reverses: None,
            booked_at: 5,
            previous: vec![0; 32],
            legs: vec![("a".to_owned(), 1), ("b".to_owned(), -1)],
        };
        let mut changed = vec![entry.clone(); 6];
        changed[0].seq = 2;
        changed[1].memo = "n".to_owned();
        changed[2].reverses = Some(1);
        changed[3].legs[0].1 = 2;
        changed[4].previous = vec![1; 32];
        changed[5].booked_at = 6;
        assert!(changed.iter().all(|other| other.hash() != entry.hash()));
        assert_eq!(entry.clone().hash(), entry.hash());
    }
}
