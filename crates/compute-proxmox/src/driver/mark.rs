//! Our mark on a guest: its reference among the tags, which the cluster lists in one answer, and in the
//! description, which can be given with the creating call of a clone where tags cannot.

use compute_driver::{Disk, Reference};

/// Every guest of ours has this tag.
pub(crate) const OURS: &str = "fairhold";
/// Before the template's name in its tag.
const TEMPLATE: &str = "fairhold.";
/// Guests that we paused have it, because the cluster's list does not tell them from running ones.
const PAUSED: &str = "fairhold-paused";
/// Holders of extra disks have it, which are no guests of anybody.
const HOLDER: &str = "fairhold-disk";
/// Before the size of the disk that a holder holds, in GiB.
const GIB: &str = "fairhold-gib.";
/// Before the guest that has the disk.
const LENT: &str = "fairhold-at.";
/// Before the private network that a guest is in.
const NETWORK: &str = "fairhold-net.";
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
        let mut tags: Vec<String> = split(before).filter(|tag| (!is_ours(tag) || tag.starts_with(NETWORK)) && !is_old(tag)).map(str::to_owned).collect();
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
    tag == OURS || tag == PAUSED || tag.starts_with(TEMPLATE) || tag.starts_with(NETWORK) || is_holders(tag)
}

fn is_holders(tag: &str) -> bool {
    tag == HOLDER || tag.starts_with(GIB) || tag.starts_with(LENT)
}

/// Whether `tags` are of a holder of an extra disk.
pub(crate) fn is_holder(tags: &str) -> bool {
    ours(tags) && split(tags).any(|tag| tag == HOLDER)
}

/// The extra disk that a holder with `tags` holds. The cluster lists them at once and for all holders in one answer, which it does with
/// nothing else that could say whose a disk is.
pub(crate) fn disk_in(tags: &str) -> Option<Disk> {
    let after = |begin: &str| split(tags).find_map(|tag| tag.strip_prefix(begin));
    let guest = after(LENT).map(Reference::parse).transpose().ok()?;
    is_holder(tags).then_some(())?;
    Some(Disk { reference: reference_in(tags)?, gib: after(GIB)?.parse().ok()?, guest })
}

/// The tags of the holder of `disk`, those among `before` kept that are not ours.
pub(crate) fn of_disk(disk: &Disk, before: &str) -> String {
    let kept = split(before).filter(|tag| !is_ours(tag) && *tag != disk.reference.as_str()).map(str::to_owned);
    let ours = [OURS.to_owned(), disk.reference.to_string(), HOLDER.to_owned(), format!("{GIB}{}", disk.gib)];
    let lent = disk.guest.as_ref().map(|guest| format!("{LENT}{guest}"));
    kept.chain(ours).chain(lent).collect::<Vec<_>>().join(";")
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

/// The private network that a guest with `tags` is in.
pub(crate) fn network_in(tags: &str) -> Option<Reference> {
    split(tags).find_map(|tag| Reference::parse(tag.strip_prefix(NETWORK)?).ok())
}

/// Whether `tags` are of a guest in the network.
pub(crate) fn is_in(tags: &str, network: &Reference) -> bool {
    ours(tags) && network_in(tags).as_ref() == Some(network)
}

/// `tags`, saying that the guest is in this network, or in none.
pub(crate) fn in_network(tags: &str, network: Option<&Reference>) -> String {
    if network_in(tags).as_ref() == network {
        return tags.to_owned();
    }
    let kept = split(tags).filter(|tag| !tag.starts_with(NETWORK)).map(str::to_owned);
    kept.chain(network.map(|network| format!("{NETWORK}{network}"))).collect::<Vec<_>>().join(";")
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

    #[test]
    fn a_guest_says_in_which_network_it_is() {
        let reference = |text: &str| Reference::parse(text).unwrap();
        let (one, two) = (reference("net_01one"), reference("net_01two"));
        let tags = mark(true).tags("web");
        let inside = in_network(&in_network(&tags, Some(&one)), Some(&two));
        assert_eq!(inside, "web;fairhold;vm_01jabc;fairhold.debian;fairhold-net.net_01two");
        assert!(is_in(&inside, &two) && !is_in(&inside, &one) && reference_in(&inside).unwrap().as_str() == "vm_01jabc");
        assert_eq!(in_network(&inside, None), tags);
        assert_eq!(in_network("a,b", None), "a,b", "what says it already stays as it is");
        assert!(is_in(&mark(true).tags(&inside), &two), "one that is made anew stays in it");
    }

    #[test]
    fn a_holder_says_whose_its_disk_is() {
        let reference = |text: &str| Reference::parse(text).unwrap();
        let disk = Disk { reference: reference("dsk_01jabc"), gib: 20, guest: Some(reference("vm_01jabc")) };
        let tags = of_disk(&disk, "nightly");
        assert_eq!(tags, "nightly;fairhold;dsk_01jabc;fairhold-disk;fairhold-gib.20;fairhold-at.vm_01jabc");
        assert_eq!(disk_in(&tags), Some(disk.clone()));
        assert!(!carries(&tags, &reference("vm_01jabc")), "the guest is another one");
        let free = Disk { guest: None, gib: 30, ..disk };
        assert_eq!(disk_in(&of_disk(&free, &tags)), Some(free));
        assert_eq!(disk_in(&mark(true).tags("")), None, "a guest holds none");
        for broken in ["fairhold;dsk_1;fairhold-disk", "dsk_1;fairhold-disk;fairhold-gib.1", "fairhold;dsk_1;fairhold-disk;fairhold-gib.1;fairhold-at.-"] {
            assert_eq!(disk_in(broken), None, "{broken}");
        }
    }
}
