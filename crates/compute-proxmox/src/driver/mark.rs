//! Our mark on a guest: its reference among the tags, which the cluster lists in one answer, and in the
//! description, which can be given with the creating call of a clone where tags cannot.

use compute_driver::Reference;

/// Every guest of ours has this tag.
pub(crate) const OURS: &str = "fairhold";
/// Before the template's name in its tag.
const TEMPLATE: &str = "fairhold.";
/// Guests that we paused have it, because the cluster's list does not tell them from running ones.
const PAUSED: &str = "fairhold-paused";
/// Before the mark in the description.
const LINE: &str = "fairhold:";

/// What a description says about a guest of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) reference: Reference,
    pub(crate) template: String,
    /// Whether its making came to an end; a half-made guest is made on by `ensure`.
    pub(crate) made: bool,
}

impl Mark {
    /// The mark in `description`, if there is one.
    pub(crate) fn read(description: &str) -> Option<Self> {
        let line = description.lines().rev().find_map(|line| line.trim().strip_prefix(LINE))?;
        let mut words = line.split_whitespace();
        let reference = Reference::parse(words.next()?).ok()?;
        let state = words.next()?;
        Some(Self { reference, template: words.next().unwrap_or_default().to_owned(), made: state == "made" })
    }

    /// `before` with this mark instead of the one that it may have.
    pub(crate) fn write(&self, before: &str) -> String {
        let kept: Vec<_> = before.lines().filter(|line| !line.trim().starts_with(LINE)).collect();
        let kept = kept.join("\n");
        let kept = if kept.trim().is_empty() { "Managed by Fairhold. Leave the line below and the tags as they are." } else { kept.trim_end() };
        let state = if self.made { "made" } else { "making" };
        format!("{kept}\n\n{LINE} {} {state} {}", self.reference, self.template).trim_end().to_owned()
    }

    /// The tags of a guest with this mark, those among `before` kept that are not ours.
    pub(crate) fn tags(&self, before: &str) -> String {
        // One that was restored from a backup brings the reference of another guest along.
        let old = reference_in(before);
        let is_old = |tag: &str| old.as_ref().is_some_and(|old| old.as_str() == tag);
        let mut tags: Vec<String> = split(before).filter(|tag| !is_ours(tag) && !is_old(tag)).map(str::to_owned).collect();
        tags.extend([OURS.to_owned(), self.reference.to_string()]);
        if !self.template.is_empty() {
            tags.push(format!("{TEMPLATE}{}", self.template));
        }
        tags.join(";")
    }
}

/// Tags come with semicolons, and in old versions with commas or spaces.
pub(crate) fn split(tags: &str) -> impl Iterator<Item = &str> {
    tags.split([';', ',', ' ']).filter(|tag| !tag.is_empty())
}

fn is_ours(tag: &str) -> bool {
    tag == OURS || tag == PAUSED || tag.starts_with(TEMPLATE)
}

/// Whether `tags` say that the guest was paused.
pub(crate) fn says_paused(tags: &str) -> bool {
    split(tags).any(|tag| tag == PAUSED)
}

/// `tags`, saying that the guest is paused or saying nothing of it.
pub(crate) fn with_paused(tags: &str, paused: bool) -> String {
    let kept = split(tags).filter(|tag| *tag != PAUSED);
    kept.chain(paused.then_some(PAUSED)).collect::<Vec<_>>().join(";")
}

/// Whether `tags` are of a guest of ours.
pub(crate) fn ours(tags: &str) -> bool {
    split(tags).any(|tag| tag == OURS)
}

/// Whether `tags` carry `reference`.
pub(crate) fn carries(tags: &str, reference: &Reference) -> bool {
    ours(tags) && split(tags).any(|tag| tag == reference.as_str())
}

/// The reference among `tags`: the tag beside ours that looks like one of ours, which has its kind and a `_` before the rest.
pub(crate) fn reference_in(tags: &str) -> Option<Reference> {
    if !ours(tags) {
        return None;
    }
    split(tags).filter(|tag| !is_ours(tag) && tag.contains('_')).find_map(|tag| Reference::parse(tag).ok())
}

/// The template among `tags`.
pub(crate) fn template_in(tags: &str) -> Option<&str> {
    split(tags).find_map(|tag| tag.strip_prefix(TEMPLATE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(made: bool) -> Mark {
        Mark { reference: Reference::parse("vm_01jabc").unwrap(), template: "debian".into(), made }
    }

    #[test]
    fn a_mark_is_read_as_it_is_written() {
        for made in [true, false] {
            assert_eq!(Mark::read(&mark(made).write("")), Some(mark(made)));
        }
        assert_eq!(Mark::read("somebody's own words"), None);
        assert_eq!(Mark::read("fairhold: ../etc made x"), None);
    }

    #[test]
    fn words_of_others_are_kept() {
        let once = mark(false).write("Paid by Ann.\nCall first.\n");
        let twice = mark(true).write(&once);
        assert_eq!(twice, "Paid by Ann.\nCall first.\n\nfairhold: vm_01jabc made debian");
    }

    #[test]
    fn the_reference_is_found_among_tags() {
        let tags = mark(true).tags("web,prod");
        assert_eq!(tags, "web;prod;fairhold;vm_01jabc;fairhold.debian");
        assert_eq!(reference_in(&tags).unwrap().as_str(), "vm_01jabc");
        assert_eq!(template_in(&tags), Some("debian"));
        assert!(carries(&tags, &mark(true).reference));
        assert!(!carries("vm_01jabc", &mark(true).reference), "a tag of somebody else");
        assert_eq!(reference_in("vm_01jabc"), None);
        let paused = with_paused(&with_paused(&tags, true), true);
        assert!(says_paused(&paused) && paused.matches("paused").count() == 1 && reference_in(&paused).is_some());
        assert_eq!(with_paused(&paused, false), tags);
    }
}
