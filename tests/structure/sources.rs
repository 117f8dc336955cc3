//! The files of Rust below a folder of the project.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file of Rust.
pub(crate) struct Source {
    /// The path below the project's root, with `/` between its parts.
    pub(crate) file: String,
    pub(crate) text: String,
}

/// Returns the root of the project.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Reads all files of Rust below `folder`, in the order of their paths.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&project().join(folder), &mut paths);
    paths.sort();
    let read = |path: &PathBuf| Source {
        file: path.strip_prefix(project()).unwrap().to_str().unwrap().replace('\\', "/"),
        text: fs::read_to_string(path).unwrap(),
    };
    paths.iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // Packages of npm are no part of the project.
            if path.file_name().unwrap() != "node_modules" {
                collect(&path, paths);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}
