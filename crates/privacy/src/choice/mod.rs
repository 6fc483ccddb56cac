//! What people choose about optional purposes: in a first-party cookie for visitors, in rows that
//! the gate reads for people who are signed in. A signal of the browser (GPC, DNT) turns everything
//! optional off and wins unless the person overrides it on purpose.

pub mod api;
pub(crate) mod store;

use std::collections::BTreeMap;

use http::HeaderMap;
use kernel::http::Credentials;
use kernel::map::{Purpose, purpose};
use kernel::{Cx, Result};
use serde::{Deserialize, Serialize};

use crate::policy::{PageContent, render};

/// The cookie's name.
pub const COOKIE: &str = "fairhold_choices";
/// Its life: a year. A refusal is remembered as long as a consent.
pub const COOKIE_SECONDS: u64 = 365 * 86_400;
/// What people choose about.
pub const OPTIONAL: [&Purpose; 3] = purpose::CHOICES;

/// A signal of the browser against optional processing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Signal {
    /// `Sec-GPC: 1`, Global Privacy Control.
    #[serde(rename = "Sec-GPC")]
    Gpc,
    /// `DNT: 1`, Do Not Track.
    #[serde(rename = "DNT")]
    Dnt,
}

impl Signal {
    /// The signal in a request's head, if any.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let says_one = |name: &str| headers.get(name).is_some_and(|value| value.as_bytes() == b"1");
        if says_one("sec-gpc") {
            Some(Self::Gpc)
        } else if says_one("dnt") {
            Some(Self::Dnt)
        } else {
            None
        }
    }

    /// How the page names it.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Gpc => "Sec-GPC: 1",
            Self::Dnt => "DNT: 1",
        }
    }
}

/// What somebody chose, as written down: by cookie or by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recorded {
    /// Measuring use.
    pub analytics: bool,
    /// Remembered preferences.
    pub functionality: bool,
    /// News and offers.
    pub marketing: bool,
    /// The person overrode the browser's signal on purpose.
    pub overrides_signal: bool,
    /// The policy version under which they chose.
    pub version: i64,
}

/// What is allowed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Choices {
    /// Measuring use.
    pub analytics: bool,
    /// Remembered preferences.
    pub functionality: bool,
    /// News and offers.
    pub marketing: bool,
    /// The signal that the browser sends.
    pub signal: Option<Signal>,
    /// True when the person overrode the signal on purpose.
    pub overrides_signal: bool,
    /// False before the first choice, and again after a change that needs a new one.
    pub chosen: bool,
}

impl Choices {
    /// Whether `purpose` may happen; a purpose that is not optional always may.
    pub fn allow(&self, purpose: &Purpose) -> bool {
        !purpose.optional
            || match purpose.key {
                key if key == purpose::ANALYTICS.key => self.analytics,
                key if key == purpose::FUNCTIONALITY.key => self.functionality,
                key if key == purpose::MARKETING.key => self.marketing,
                _ => false,
            }
    }
}

impl Recorded {
    /// Reads the cookie's value; anything malformed counts as no choice.
    pub fn read(cookie: &str) -> Option<Self> {
        let mut parts = cookie.split('.');
        let (Some("1"), Some(version), Some(bits), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else { return None };
        let bits: Vec<bool> = bits.chars().map(|bit| bit == '1').collect();
        let [analytics, functionality, marketing, overrides_signal] = bits.as_slice() else { return None };
        let (analytics, functionality, marketing, overrides_signal) = (*analytics, *functionality, *marketing, *overrides_signal);
        Some(Self { analytics, functionality, marketing, overrides_signal, version: version.parse().ok()? })
    }

    /// The cookie's value: format, policy version, four bits. Nothing in it tells two people apart.
    pub fn write(&self) -> String {
        let bits: String = [self.analytics, self.functionality, self.marketing, self.overrides_signal].iter().map(|one| if *one { '1' } else { '0' }).collect();
        format!("1.{}.{bits}", self.version)
    }
}

/// For each optional purpose, the policy version of the last change that needs a new choice about it.
pub type Asked = BTreeMap<String, i64>;

/// What is allowed, from the request's signal and what was recorded. What was chosen about a purpose
/// before people were `asked` anew about it counts no more; what was chosen about others stands.
pub fn allowed(signal: Option<Signal>, recorded: Option<Recorded>, asked: &Asked) -> Choices {
    let one = recorded.unwrap_or_default();
    let open = signal.is_none() || one.overrides_signal;
    let stands = |purpose: &Purpose| asked.get(purpose.key).is_none_or(|version| one.version >= *version);
    Choices {
        analytics: open && one.analytics && stands(&purpose::ANALYTICS),
        functionality: open && one.functionality && stands(&purpose::FUNCTIONALITY),
        marketing: open && one.marketing && stands(&purpose::MARKETING),
        signal,
        overrides_signal: signal.is_some() && one.overrides_signal,
        chosen: recorded.is_some() && OPTIONAL.into_iter().all(stands),
    }
}

/// What a visitor's request allows: its headers and the value of the cookie.
pub fn optional_allowed(headers: &HeaderMap, cookie: Option<&str>, asked: &Asked) -> Choices {
    allowed(Signal::of(headers), cookie.and_then(Recorded::read), asked)
}

/// The value of our cookie in a request's head.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })
}

/// What the sender of `headers` allows now, by signal and cookie.
///
/// # Errors
/// Database errors.
pub async fn of_visitor(cx: &Cx, headers: &HeaderMap) -> Result<Choices> {
    Ok(optional_allowed(headers, cookie(headers), &store::asked(cx).await?))
}

/// The page of choices, complete without scripts: what the signed-in person has on record, or what
/// the visitor's cookie says. `saved` says that the form was just sent.
///
/// # Errors
/// Database errors.
pub async fn page(cx: &Cx, headers: &HeaderMap, credentials: &Credentials, saved: bool) -> Result<PageContent> {
    let now = api::now(cx, credentials, headers).await?;
    let optional: Vec<_> = OPTIONAL.iter().map(|one| serde_json::json!({ "key": one.key, "text": one.text, "on": now.allow(one) })).collect();
    let facts = serde_json::json!({ "signal": now.signal.map(Signal::header), "overridden": now.overrides_signal, "saved": saved, "optional": optional });
    let html_body = render::template("choices.html", &facts)?;
    Ok(PageContent { title: "Privacy choices".to_owned(), html_body })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn every() -> impl Iterator<Item = Recorded> {
        (0..16_u8).map(|bits| Recorded {
            analytics: bits & 1 > 0,
            functionality: bits & 2 > 0,
            marketing: bits & 4 > 0,
            overrides_signal: bits & 8 > 0,
            version: 3,
        })
    }

    #[test]
    fn nothing_optional_before_a_choice() {
        for head in [headers(&[]), headers(&[("sec-gpc", "1")]), headers(&[("dnt", "1")])] {
            let now = optional_allowed(&head, None, &Asked::new());
            assert!(!now.analytics && !now.functionality && !now.marketing && !now.chosen);
        }
    }

    #[test]
    fn each_combination_is_what_was_chosen_and_a_signal_wins_unless_overridden() {
        testkit::covers!(86, 122, 126, 133);
        let heads = [(headers(&[]), None), (headers(&[("sec-gpc", "1")]), Some(Signal::Gpc)), (headers(&[("dnt", "1")]), Some(Signal::Dnt))];
        for (head, signal) in heads {
            for one in every() {
                let now = optional_allowed(&head, Some(&one.write()), &Asked::new());
                let open = signal.is_none() || one.overrides_signal;
                assert_eq!(now.analytics, open && one.analytics, "{one:?} {signal:?}");
                assert_eq!(now.functionality, open && one.functionality, "{one:?} {signal:?}");
                assert_eq!(now.marketing, open && one.marketing, "{one:?} {signal:?}");
                assert_eq!((now.signal, now.chosen), (signal, true));
            }
        }
    }

    #[test]
    fn a_header_of_zero_is_no_signal() {
        assert_eq!(Signal::of(&headers(&[("sec-gpc", "0"), ("dnt", "0")])), None);
        assert_eq!(Signal::of(&headers(&[("sec-gpc", "0"), ("dnt", "1")])), Some(Signal::Dnt));
    }

    #[test]
    fn a_choice_under_an_older_policy_counts_no_more() {
        testkit::covers!(130, 365);
        for one in every() {
            let now = optional_allowed(&headers(&[]), Some(&one.write()), &OPTIONAL.map(|purpose| (purpose.key.to_owned(), 4)).into());
            assert!(!now.analytics && !now.functionality && !now.marketing && !now.chosen);
        }
    }

    #[test]
    fn a_change_asks_again_about_its_own_category_only() {
        for one in every() {
            let asked = Asked::from([(purpose::ANALYTICS.key.to_owned(), 4)]);
            let now = optional_allowed(&headers(&[]), Some(&one.write()), &asked);
            assert_eq!((now.analytics, now.functionality, now.marketing), (false, one.functionality, one.marketing));
            assert!(!now.chosen, "people are asked again");
            let later = Recorded { version: 4, ..one };
            assert_eq!(optional_allowed(&headers(&[]), Some(&later.write()), &asked).analytics, one.analytics);
        }
    }

    #[test]
    fn a_forged_cookie_is_no_choice() {
        for text in ["", "1", "1.3", "1.3.11", "2.3.1111", "1.x.1111", "1.3.1111.9", "1.3.11111"] {
            assert!(Recorded::read(text).is_none(), "{text}");
        }
        assert!(Recorded::read("1.3.1010").unwrap().analytics);
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        assert_eq!(cookie(&headers(&[("cookie", "a=b; fairhold_choices=1.1.0000; c=d")])), Some("1.1.0000"));
        assert_eq!(cookie(&headers(&[("cookie", "xfairhold_choices=1.1.0000")])), None);
    }

    #[test]
    fn an_unknown_optional_purpose_is_never_covered() {
        testkit::covers!(97);
        const ADS: Purpose = Purpose { key: "ads", optional: true, ..purpose::MARKETING };
        let all = Recorded { analytics: true, functionality: true, marketing: true, overrides_signal: true, version: 1 };
        let now = allowed(None, Some(all), &Asked::new());
        assert!(!now.allow(&ADS) && now.allow(&purpose::MARKETING) && now.allow(&purpose::SECURITY));
    }
}
