//! What answers on a simulated guest's serial line: enough of a shell to see that bytes go both ways.

/// What a freshly booted guest prints.
pub(super) fn banner(hostname: &str) -> String {
    format!("\r\nFairhold simulated guest\r\n{}", prompt(hostname))
}

/// The answer to one typed line, with the echo before it and the prompt after it.
pub(super) fn answer(hostname: &str, line: &str) -> String {
    let line = line.trim();
    let words: Vec<_> = line.split_whitespace().collect();
    let output = match words.as_slice() {
        [] => String::new(),
        ["hostname"] => format!("{hostname}\r\n"),
        ["expr", left, "+", right] => match (left.parse::<u32>(), right.parse::<u32>()) {
            (Ok(left), Ok(right)) => format!("{}\r\n", u64::from(left) + u64::from(right)),
            _ => "expr: not a number\r\n".to_owned(),
        },
        [word, ..] => format!("{word}: not found\r\n"),
    };
    format!("{line}\r\n{output}{}", prompt(hostname))
}

fn prompt(hostname: &str) -> String {
    format!("root@{hostname}:~# ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_echoes_answers_and_prompts() {
        assert_eq!(answer("web", "expr 40 + 2\n"), "expr 40 + 2\r\n42\r\nroot@web:~# ");
        assert_eq!(answer("web", "hostname"), "hostname\r\nweb\r\nroot@web:~# ");
        assert!(answer("web", "rm -rf /").contains("not found"));
    }
}
