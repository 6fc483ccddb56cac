//! Lets the console's files be embedded as they are now: a folder that is missing while this crate is compiled would
//! never be found later, and files that are added would not be seen.

fn main() -> std::io::Result<()> {
    let dist = "../../console/dist";
    std::fs::create_dir_all(dist)?;
    println!("cargo:rerun-if-changed={dist}");
    Ok(())
}
