//! The words of the map: purposes, legal bases, categories, planes, subjects, retention classes.
//! Keys follow fideslang 3 (`fideslang.org/taxonomy`) and the W3C Data Privacy Vocabulary 2
//! (`w3id.org/dpv`), so that the machine forms of the policy mean the same elsewhere.

use serde::Serialize;

/// Why data is used. A purpose that is not in the map cannot open anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Purpose {
    /// Our key, for example `account.manage`.
    pub key: &'static str,
    /// What the policy says: completes "We use it to …".
    pub text: &'static str,
    /// fideslang data use.
    pub fides: &'static str,
    /// W3C DPV term, without the `dpv:` prefix.
    pub dpv: &'static str,
    /// True when people choose it: nothing happens before they said yes.
    pub optional: bool,
}

/// The purposes that more than one domain uses.
pub mod purpose {
    use super::Purpose;

    const fn of(key: &'static str, text: &'static str, fides: &'static str, dpv: &'static str) -> Purpose {
        Purpose { key, text, fides, dpv, optional: false }
    }

    /// Accounts and sign-in.
    pub const ACCOUNT: Purpose = of("account.manage", "create, manage and secure accounts", "essential.service.authentication", "AccountManagement");
    /// Running what was ordered.
    pub const SERVICE: Purpose = of("service.deliver", "run the machines and services that were ordered", "essential.service", "ServiceProvision");
    /// Charging for it.
    pub const BILLING: Purpose =
        of("billing", "charge for services, issue invoices and take payments", "essential.service.payment_processing", "PaymentManagement");
    /// Messages about the service.
    pub const NOTICE: Purpose = of("service.notify", "send messages that belong to the service", "essential.service.notifications", "CommunicationManagement");
    /// Help.
    pub const SUPPORT: Purpose = of("support.respond", "answer questions and solve problems", "essential.service.operations.support", "CustomerCare");
    /// Keeping people and systems safe.
    pub const SECURITY: Purpose = of("security", "prevent, detect and investigate abuse and attacks", "essential.service.security", "EnforceSecurity");
    /// What a law demands.
    pub const LEGAL: Purpose = of("legal.obligation", "meet legal duties such as keeping accounting records", "essential.legal_obligation", "LegalCompliance");
    /// Rights of the person: access, export, erasure.
    pub const RIGHTS: Purpose = of("rights.fulfil", "fulfil requests of people about their own data", "essential.legal_obligation", "RightsFulfillment");
    /// Running the installation: queues, keys, health.
    pub const OPERATE: Purpose = of("operations", "keep the service running and correct", "essential.service.operations", "ServiceOptimisation");
    /// Measuring use; only by choice.
    pub const ANALYTICS: Purpose = Purpose {
        key: "analytics",
        text: "understand how pages are used, in our own statistics",
        fides: "analytics.reporting",
        dpv: "ServiceUsageAnalytics",
        optional: true,
    };
    /// Comfort such as remembered preferences; only by choice.
    pub const FUNCTIONALITY: Purpose = Purpose {
        key: "functionality",
        text: "remember preferences that are not needed for the service",
        fides: "functional.service.improve",
        dpv: "ServicePersonalisation",
        optional: true,
    };
    /// News and offers; only by choice.
    pub const MARKETING: Purpose =
        Purpose { key: "marketing", text: "send news and offers", fides: "marketing.communications.email", dpv: "DirectMarketing", optional: true };
    /// The optional purposes that people are asked about, each on its own.
    pub const CHOICES: [&Purpose; 3] = [&ANALYTICS, &FUNCTIONALITY, &MARKETING];
}

/// The legal basis of one use (GDPR Art. 6(1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "basis", content = "because", rename_all = "snake_case")]
pub enum Basis {
    /// Art. 6(1)(b).
    Contract,
    /// Art. 6(1)(a): the person chose it.
    Consent,
    /// Art. 6(1)(c), with the law that demands it.
    LegalObligation(&'static str),
    /// Art. 6(1)(f), with the balancing note.
    LegitimateInterest(&'static str),
}

/// One use of one entry: a purpose on a basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Use {
    /// Why.
    pub purpose: &'static Purpose,
    /// On what ground.
    pub basis: Basis,
}

impl Use {
    /// On the contract.
    pub const fn contract(purpose: &'static Purpose) -> Self {
        Self { purpose, basis: Basis::Contract }
    }

    /// On consent.
    pub const fn consent(purpose: &'static Purpose) -> Self {
        Self { purpose, basis: Basis::Consent }
    }

    /// On a law, cited.
    pub const fn law(purpose: &'static Purpose, citation: &'static str) -> Self {
        Self { purpose, basis: Basis::LegalObligation(citation) }
    }

    /// On a legitimate interest, with the balancing note.
    pub const fn interest(purpose: &'static Purpose, balancing: &'static str) -> Self {
        Self { purpose, basis: Basis::LegitimateInterest(balancing) }
    }
}

/// What kind of data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Category {
    /// Our key, also the export section's default name.
    pub key: &'static str,
    /// What the policy says.
    pub text: &'static str,
    /// fideslang data category.
    pub fides: &'static str,
    /// W3C DPV-PD term, without the `pd:` prefix.
    pub dpv: &'static str,
}

/// The categories that more than one domain uses.
pub mod category {
    use super::Category;

    const fn of(key: &'static str, text: &'static str, fides: &'static str, dpv: &'static str) -> Category {
        Category { key, text, fides, dpv }
    }

    /// Names.
    pub const NAME: Category = of("name", "names", "user.name", "Name");
    /// E-mail addresses.
    pub const EMAIL: Category = of("email", "e-mail addresses", "user.contact.email", "EmailAddress");
    /// Postal addresses.
    pub const ADDRESS: Category = of("address", "postal addresses", "user.contact.address", "PhysicalAddress");
    /// Company names and the like.
    pub const ORGANISATION: Category = of("organisation", "organisation details", "user.contact.organization", "ProfessionalInformation");
    /// Tax numbers.
    pub const TAX: Category = of("tax", "tax identifiers", "user.government_id", "TaxIdentificationNumber");
    /// Passwords, tokens and the like, only as verifiers.
    pub const CREDENTIAL: Category =
        of("credential", "sign-in credentials, kept only in a form that cannot be turned back", "user.authorization.credentials", "Credential");
    /// Sessions and devices.
    pub const SESSION: Category = of("session", "sessions and the devices they belong to", "user.device", "DeviceBased");
    /// IP addresses.
    pub const IP: Category = of("ip_address", "IP addresses", "user.device.ip_address", "IPAddress");
    /// Identifiers of our own.
    pub const IDENTIFIER: Category = of("identifier", "random identifiers", "user.unique_id", "Identifier");
    /// What was done when.
    pub const ACTIVITY: Category = of("activity", "records of actions", "user.behavior", "ServiceConsumptionBehavior");
    /// Machines and their settings.
    pub const RESOURCE: Category = of("resource", "machines and their configuration", "user.content", "TechnicalResource");
    /// Metered use.
    pub const USAGE: Category = of("usage", "measured use of services", "user.behavior", "ServiceConsumptionBehavior");
    /// Invoices, payments and the ledger.
    pub const FINANCIAL: Category = of("financial", "orders, invoices and payments", "user.financial", "FinancialAccount");
    /// Messages sent or received.
    pub const MESSAGE: Category = of("message", "messages", "user.content.private", "Communication");
    /// Choices about data.
    pub const CHOICE: Category = of("choice", "consents, objections and other choices", "user.privacy_preferences", "PrivacyPreference");
    /// Requests about data.
    pub const REQUEST: Category = of("request", "requests about personal data", "user.privacy_preferences", "PrivacyPreference");
}

/// Which plane a value is on: who decides about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// What we need to provide the service; we decide.
    Service,
    /// What customers put in; they decide, we only process.
    Customer,
    /// What partners bring.
    Partner,
    /// Not about anybody.
    System,
}

/// Whom a value is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Somebody who only looks.
    Visitor,
    /// A person with an account.
    Customer,
    /// Somebody who uses a portal that a customer runs.
    PortalUser,
    /// Somebody a customer has authorised.
    AuthorisedUser,
    /// An organisation.
    Organisation,
    /// The operator's staff.
    Staff,
    /// A partner or reseller.
    Partner,
    /// Nobody.
    None,
}

/// The retention class: part of a sealing key's identity, so that what a law keeps can outlive the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Ends with the account.
    Account,
    /// Kept for the tax law of the operator's country.
    TaxRecord,
    /// Short-lived security evidence.
    Security,
    /// The record of who did what.
    Activity,
    /// What customers put into their resources.
    Content,
}

impl Class {
    /// The name under which keys of this class are stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::TaxRecord => "tax_record",
            Self::Security => "security",
            Self::Activity => "activity",
            Self::Content => "content",
        }
    }
}
