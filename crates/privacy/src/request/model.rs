//! What a request is and how it may change.

use kernel::{Checks, Result, Timestamp};
use serde::{Deserialize, Serialize};
use workflow::OperationId;

use crate::export::ExportId;
use crate::law::{Authority, is_known_place};

kernel::id!(
    /// A request.
    RequestId, "req");
kernel::field!(
    /// What somebody wrote.
    pub Text: String = "privacy.request.text");
kernel::field!(
    /// What was answered.
    pub Reply: String = "privacy.request.answer");
kernel::field!(
    /// What stood there before a correction.
    pub Before: String = "privacy.correction.before");
kernel::field!(
    /// What stands there after it.
    pub After: String = "privacy.correction.after");

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RequestKind)]
pub enum Kind {
    /// A copy of everything (GDPR Art. 15).
    Access,
    /// The same, to take elsewhere (Art. 20).
    Portability,
    /// Putting something right (Art. 16).
    Rectification,
    /// Erasure, carried out by staff (Art. 17); people can erase themselves at once.
    Erasure,
    /// Storage only (Art. 18).
    Restriction,
    /// No more of one purpose (Art. 21).
    Objection,
    /// Something went wrong with somebody's data.
    Complaint,
    /// A question about it.
    Enquiry,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Access, Self::Portability, Self::Rectification, Self::Erasure, Self::Restriction, Self::Objection, Self::Complaint, Self::Enquiry];

    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Rectification => "rectification",
            Self::Erasure => "erasure",
            Self::Restriction => "restriction",
            Self::Objection => "objection",
            Self::Complaint => "complaint",
            Self::Enquiry => "enquiry",
        }
    }

    /// From its stored form.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RequestState)]
pub enum State {
    /// It waits to be carried out or decided.
    Open,
    /// The same, with a later deadline that was announced.
    Extended,
    /// What was asked for is done.
    Done,
    /// It was refused, with reasons.
    Refused,
    /// The person took it back.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Extended, Self::Done, Self::Refused, Self::Withdrawn];

    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Extended => "extended",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// From its stored form.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    /// True while somebody waits.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Extended)
    }

    /// Whether it may become `next`: an end stays, and a deadline is extended once.
    pub fn may_become(self, next: Self) -> bool {
        self.is_open() && next != Self::Open && !(self == Self::Extended && next == Self::Extended)
    }
}

/// What can be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CorrectionField)]
pub enum Field {
    /// The person's name, wherever it stands.
    Name,
    /// The legal name on invoices.
    LegalName,
    /// The postal address on invoices.
    Address,
    /// The country on invoices, ISO 3166.
    Country,
    /// The tax number on invoices.
    TaxId,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Name, Self::LegalName, Self::Address, Self::Country, Self::TaxId];

    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::LegalName => "legal_name",
            Self::Address => "address",
            Self::Country => "country",
            Self::TaxId => "tax_id",
        }
    }

    /// From its stored form.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.key() == key)
    }
}

/// A value to put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// What is wrong.
    pub field: Field,
    /// What is right.
    pub value: String,
}

/// What somebody sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// What they ask for.
    pub kind: Kind,
    /// Where they live: ISO 3166, such as `DE` or `US-CA`. It decides about deadline and authority.
    pub place: Option<String>,
    /// In their own words.
    pub text: Option<String>,
    /// For an objection: the purpose.
    pub purpose: Option<String>,
    /// For a rectification that can be done at once.
    pub correction: Option<NewCorrection>,
}

/// Longest text, in characters.
pub const TEXT_MAX: usize = 5_000;

impl NewRequest {
    /// Only what every kind has in common; purposes and values are checked where they are known.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn check(&self) -> Result<()> {
        let text = self.text.as_deref().unwrap_or_default().trim();
        let needs_words =
            matches!(self.kind, Kind::Complaint | Kind::Enquiry | Kind::Erasure) || (self.kind == Kind::Rectification && self.correction.is_none());
        Checks::new()
            .that(self.place.as_deref().is_none_or(is_known_place), "place", "give a code such as DE or US-CA (ISO 3166)")
            .that(!needs_words || !text.is_empty(), "text", "say in your own words what it is about")
            .that(text.chars().count() <= TEXT_MAX, "text", "use at most 5000 characters")
            .that(self.kind != Kind::Objection || self.purpose.is_some(), "purpose", "say to which use you object")
            .that(self.kind == Kind::Objection || self.purpose.is_none(), "purpose", "only objections name a use")
            .that(self.kind == Kind::Rectification || self.correction.is_none(), "correction", "only rectifications carry a correction")
            .done()
    }
}

/// What staff decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestAnswer)]
pub struct Answer {
    /// True when what was asked for is done, false when it is refused.
    pub granted: bool,
    /// What the person reads: for a refusal the reasons.
    pub text: String,
}

/// Why an answer needs more time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestExtension)]
pub struct Extension {
    /// What the person reads.
    pub reason: String,
}

/// What became of a correction in one of the places that keep the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Correction)]
pub struct CorrectionView {
    /// Where: `profile`, `billing particulars`, a recipient.
    pub place: String,
    /// What.
    pub field: Field,
    /// What stood there; absent while it waits, and where nothing stood.
    pub before: Option<String>,
    /// What stands there now, or will.
    pub after: String,
    /// When it was put right; absent while it waits.
    pub done_at: Option<Timestamp>,
    /// What held it up so far.
    pub problem: Option<String>,
}

/// A request as its person and staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RightsRequest)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// What was asked for.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// Where the person lives, as they said.
    pub place: Option<String>,
    /// In their own words.
    pub text: Option<String>,
    /// For an objection: the purpose.
    pub purpose: Option<String>,
    /// When it arrived; its receipt was confirmed in the same moment.
    pub received_at: Timestamp,
    /// The first instant that is too late for the answer.
    pub due_at: Timestamp,
    /// Key of the law, or `promise`, that sets it.
    pub law: String,
    /// Until when the deadline may be extended to; absent where that is not allowed or was done.
    pub extendable_to: Option<Timestamp>,
    /// True when nobody answered in time.
    pub overdue: bool,
    /// What was answered, or why it needs more time.
    pub answer: Option<String>,
    /// When it came to its end.
    pub closed_at: Option<Timestamp>,
    /// The export that carries it out.
    pub export_id: Option<ExportId>,
    /// The operation that carries it out.
    pub operation_id: Option<OperationId>,
    /// What was corrected where.
    pub corrections: Vec<CorrectionView>,
    /// Whom to turn to when the answer does not satisfy.
    pub authority: Option<Authority>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(kind: Kind) -> NewRequest {
        NewRequest { kind, place: None, text: None, purpose: None, correction: None }
    }

    #[test]
    fn keys_come_back_and_ends_stay() {
        assert!(Kind::ALL.iter().all(|kind| Kind::from_key(kind.key()) == Some(*kind)));
        assert!(Field::ALL.iter().all(|field| Field::from_key(field.key()) == Some(*field)));
        for state in State::ALL {
            assert_eq!(State::from_key(state.key()), Some(state));
            assert_eq!(State::ALL.iter().any(|next| state.may_become(*next)), state.is_open());
        }
        assert!(State::Open.may_become(State::Extended) && !State::Extended.may_become(State::Extended));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = NewRequest {
            place: Some("Deutschland".to_owned()),
            purpose: Some("billing".to_owned()),
            correction: Some(NewCorrection { field: Field::Name, value: "x".to_owned() }),
            ..new(Kind::Complaint)
        };
        let fields: Vec<_> = wrong.check().unwrap_err().fields().iter().map(|field| field.field.clone()).collect();
        assert_eq!(fields, ["place", "text", "purpose", "correction"]);
        assert!(new(Kind::Access).check().is_ok());
        assert_eq!(new(Kind::Objection).check().unwrap_err().fields()[0].field, "purpose");
        assert_eq!(new(Kind::Rectification).check().unwrap_err().fields()[0].field, "text");
    }
}
