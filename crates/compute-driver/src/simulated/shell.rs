//! What answers on a simulated guest's serial line: enough of a shell to see that bytes go both ways and that a disk keeps them.
//!
//! Stand-ins of other drivers may use it too: it knows every line that the conformance suite types.

use std::collections::BTreeMap;

/// The files of a guest's disk, by path.
pub type Files = BTreeMap<String, String>;

/// What a freshly booted guest prints.
pub fn banner(hostname: &str) -> String {
    format!("\r\nFairhold simulated guest\r\n{}", prompt(hostname))
}

/// The answer to one typed line, with the echo before it and the prompt after it.
pub fn answer(hostname: &str, files: &mut Files, line: &str) -> String {
    let line = line.trim();
    let output = match line.split_once(" > ") {
        Some((command, path)) => {
            let written = run(hostname, files, command);
            files.insert(path.to_owned(), written);
            String::new()
        }
        None => run(hostname, files, line),
    };
    format!("{line}\r\n{output}{}", prompt(hostname))
}

fn run(hostname: &str, files: &Files, command: &str) -> String {
    let command = with_files(files, command);
    let words: Vec<_> = command.split_whitespace().collect();
    match words.as_slice() {
        [] | ["sync"] | ["mkdir" | "while", ..] => String::new(),
        ["hostname"] => format!("{hostname}\r\n"),
        ["expr", left, "+", right] => match (left.parse::<u32>(), right.parse::<u32>()) {
            (Ok(left), Ok(right)) => format!("{}\r\n", u64::from(left) + u64::from(right)),
            _ => "expr: not a number\r\n".to_owned(),
        },
        [word, ..] => format!("{word}: not found\r\n"),
    }
}

/// Puts a file's text where the line says `$(cat path)`.
fn with_files(files: &Files, command: &str) -> String {
    let Some((before, rest)) = command.split_once("$(cat ") else { return command.to_owned() };
    let Some((path, after)) = rest.split_once(')') else { return command.to_owned() };
    let text = files.get(path).map_or("", |text| text.trim());
    format!("{before}{text}{after}")
}

fn prompt(hostname: &str) -> String {
    format!("root@{hostname}:~# ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_echoes_answers_and_prompts() {
        let mut files = Files::new();
        assert_eq!(answer("web", &mut files, "expr 40 + 2\n"), "expr 40 + 2\r\n42\r\nroot@web:~# ");
        assert_eq!(answer("web", &mut files, "hostname"), "hostname\r\nweb\r\nroot@web:~# ");
        assert!(answer("web", &mut files, "rm -rf /").contains("not found"));
    }

    #[test]
    fn a_file_keeps_what_was_written() {
        let mut files = Files::new();
        answer("web", &mut files, "expr 40 + 2 > /data/mark");
        assert!(answer("web", &mut files, "expr $(cat /data/mark) + 100").contains("\r\n142\r\n"));
        assert!(answer("web", &mut files, "expr $(cat /data/other) + 100").contains("not found"));
    }
}
