//! Reduces the `User-Agent` header to families and a major version, at the edge: the header itself
//! goes no further.

use kernel::agent::{Agent, Device, System};
use woothee::parser::Parser;

/// Our own program does not pretend to be a browser.
const OURS: &str = "fairhold-cli";
/// Longer headers are nobody's browser, and would only cost time.
const LONGEST: usize = 512;

/// What is kept of a `User-Agent` header.
pub(crate) fn reduce(header: &str) -> Agent {
    let nothing = Agent { browser: None, system: System::Other, device: Device::Other };
    if header.starts_with(OURS) {
        return Agent { browser: Some("Fairhold CLI".to_owned()), ..nothing };
    }
    let Some(known) = Some(header).filter(|header| header.len() <= LONGEST).and_then(|header| Parser::new().parse(header)) else { return nothing };
    let system = system(known.os);
    let device = match (system, known.category) {
        (System::Android | System::Ios, _) | (_, "smartphone" | "mobilephone") => Device::Mobile,
        (_, "pc") => Device::Desktop,
        _ => Device::Other,
    };
    let browser = Some(known.name).filter(|name| *name != "UNKNOWN").map(|name| match major(known.version) {
        Some(major) => format!("{name} {major}"),
        None => name.to_owned(),
    });
    Agent { browser, system, device }
}

fn system(os: &str) -> System {
    match os {
        "Android" => System::Android,
        "iPhone" | "iPad" | "iPod" | "iOS" => System::Ios,
        "Mac OSX" | "Mac OS Classic" => System::Macos,
        "Linux" | "BSD" => System::Linux,
        "ChromeOS" => System::Chromeos,
        os if os.starts_with("Windows") && !os.contains("Phone") => System::Windows,
        _ => System::Other,
    }
}

/// The digits before the first point; a longer run of digits is no version that people share.
fn major(version: &str) -> Option<&str> {
    version.split('.').next().filter(|digits| (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACOS: &str = "Macintosh; Intel Mac OS X 10_15_7";

    fn chrome(system: &str, version: u32) -> String {
        format!("Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.6613.120 Safari/537.36")
    }

    #[test]
    fn headers_become_families() {
        let told = |header: &str| {
            let agent = reduce(header);
            (agent.browser.unwrap_or_default(), agent.system, agent.device)
        };
        assert_eq!(told(&chrome("Windows NT 10.0; Win64; x64", 128)), ("Chrome 128".into(), System::Windows, Device::Desktop));
        assert_eq!(told(&chrome(MACOS, 141)), ("Chrome 141".into(), System::Macos, Device::Desktop));
        assert_eq!(told(&chrome("X11; CrOS x86_64 14541.0.0", 128)).1, System::Chromeos);
        assert_eq!(told(&format!("{} Mobile", chrome("Linux; Android 10; K", 128))), ("Chrome 128".into(), System::Android, Device::Mobile));
        assert_eq!(told("Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"), ("Firefox 141".into(), System::Linux, Device::Desktop));
        assert_eq!(
            told("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"),
            ("Safari 17".into(), System::Ios, Device::Mobile)
        );
        assert_eq!(told("fairhold-cli"), ("Fairhold CLI".into(), System::Other, Device::Other));
        for unknown in ["", "CANARY-7f3a/1", &"Chrome/1 ".repeat(100)] {
            assert_eq!(told(unknown), (String::new(), System::Other, Device::Other), "{unknown}");
        }
    }

    #[test]
    fn no_header_gets_through_whole() {
        for tail in ["CANARY", "Chrome/99999999999.1", "Firefox/12x34", "Version/7f3a.2 Safari/1"] {
            let agent = reduce(&format!("Mozilla/5.0 ({MACOS}) AppleWebKit/605.1.15 {tail}"));
            let browser = agent.browser.unwrap_or_default();
            assert!(!["CANARY", "9999", "12x34", "7f3a"].iter().any(|part| browser.contains(part)), "{browser}");
        }
    }
}
