//! The modules of a crate, and their imports of each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    imports::{Import, Path, imports},
    sources::{Source, sources},
};

/// The files of a crate by their modules. The root is the empty path.
pub(crate) struct Rooms(BTreeMap<Path, Module>);

struct Module {
    file: String,
    /// Whether the file stands in a folder and not at the root.
    is_in_room: bool,
    imports: Vec<Import>,
}

impl Rooms {
    /// Reads the crate in `folder`.
    pub(crate) fn read(folder: &str) -> Self {
        Self::of(folder, sources(folder))
    }

    fn of(folder: &str, sources: Vec<Source>) -> Self {
        let files = sources.into_iter().map(|Source { file, text }| {
            let below = file.trim_start_matches(folder).trim_start_matches('/');
            let (module, is_in_room) = (module(below), below.contains('/'));
            let imports = imports(&text, &module);
            (module, Module { file, is_in_room, imports })
        });
        Self(files.collect())
    }

    /// Returns every import of a room by one that may not know it, and every room that `allowed` does not name.
    pub(crate) fn trespasses(&self, allowed: &[(&str, &[&str])]) -> Vec<String> {
        let modules = self.0.iter().filter(|(_, module)| module.is_in_room);
        let (mut unknown, mut violations) = (BTreeSet::new(), Vec::new());
        for (path, module) in modules {
            let room = &*path[0];
            match allowed.iter().find(|(name, _)| *name == room) {
                Some((_, known)) => violations.extend(self.trespasses_of(module, room, known)),
                None => drop(unknown.insert(room)),
            }
        }
        let place =
            |room| format!("`{room}`: is a room without a place in `ROOMS`; say there what it may import");
        unknown.into_iter().map(place).chain(violations).collect()
    }

    fn trespasses_of(&self, module: &Module, room: &str, known: &[&str]) -> Vec<String> {
        let known_ones =
            if known.is_empty() { "no room".to_owned() } else { format!("`{}`", known.join("`, `")) };
        let trespass = |import: &Import| {
            let other = &**self.resolve(&import.path, 8).first()?;
            let may = other == room || other == "config" || known.contains(&other);
            let message = || {
                let (file, line, path) = (&module.file, import.line, import.path.join("::"));
                format!(
                    "{file}:{line}: `{room}` imports `{path}`, which is of `{other}`; it may know {known_ones}; \
                     move what both need into a room that both may know"
                )
            };
            (!may).then(message)
        };
        module.imports.iter().filter_map(trespass).collect()
    }

    /// Returns every circle of files of one room that import each other, without those of parent and child.
    pub(crate) fn circles(&self) -> Vec<String> {
        let imported: BTreeMap<&Path, BTreeSet<&Path>> =
            self.0.keys().map(|module| (module, self.neighbours(module))).collect();
        let mut told = BTreeSet::new();
        let mut violations = Vec::new();
        for module in self.0.keys().filter(|module| !module.is_empty()) {
            let Some(circle) = shortest_circle(&imported, module) else { continue };
            if told.insert(circle.iter().copied().collect::<BTreeSet<_>>()) {
                let files: Vec<_> =
                    circle.iter().chain([&module]).map(|module| &*self.0[*module].file).collect();
                violations.push(format!(
                    "{}: import each other in a circle; move what they share into one file",
                    files.join(" → ")
                ));
            }
        }
        violations
    }

    /// Returns the files of the same room that `module` imports, without its ancestors and descendants.
    fn neighbours(&self, module: &Path) -> BTreeSet<&Path> {
        let targets = self.0[module].imports.iter().map(|import| self.resolve(&import.path, 8));
        let is_neighbour = |other: &&Path| {
            other.first() == module.first() && !other.starts_with(module) && !module.starts_with(other)
        };
        targets.filter(is_neighbour).collect()
    }

    /// Returns the module that a path leads to. A name that the module has from a `use` leads on.
    fn resolve(&self, path: &[String], steps: usize) -> &Path {
        let known = (0..=path.len()).rev().find_map(|length| self.0.get_key_value(&path[..length]));
        let (found, module) = known.expect("the crate has a root");
        let Some(name) = path.get(found.len()).filter(|_| steps > 0) else { return found };
        let leads = |import: &&Import| import.known_as.as_ref() == Some(name) && import.path != path;
        match module.imports.iter().find(leads) {
            Some(import) => self.resolve(&[&import.path, &path[found.len() + 1..]].concat(), steps - 1),
            None => found,
        }
    }
}

/// Returns the module of a file, whose path begins below the crate's folder.
fn module(file: &str) -> Path {
    match file.trim_end_matches(".rs").trim_end_matches("/mod") {
        "lib" => Path::new(),
        // `lib.rs` gives the file this name.
        "private" => vec!["__private".to_owned()],
        file => file.split('/').map(str::to_owned).collect(),
    }
}

/// Finds the shortest way from `start` back to it.
fn shortest_circle<'a>(
    imported: &BTreeMap<&'a Path, BTreeSet<&'a Path>>,
    start: &'a Path,
) -> Option<Vec<&'a Path>> {
    let (mut ways, mut seen) = (vec![vec![start]], BTreeSet::new());
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in &imported[way[way.len() - 1]] {
                if *next == start {
                    return Some(way);
                }
                if seen.insert(*next) {
                    longer.push([&*way, &[*next]].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Rooms;
    use crate::sources::Source;

    const ALLOWED: &[(&str, &[&str])] = &[("low", &[]), ("high", &["low"])];

    fn rooms(files: &[(&str, &str)]) -> Rooms {
        let source =
            |(file, text): &(&str, &str)| Source { file: format!("src/{file}"), text: (*text).to_owned() };
        let root = Source { file: "src/lib.rs".to_owned(), text: "pub use crate::high::High;".to_owned() };
        Rooms::of("src", files.iter().map(source).chain([root]).collect())
    }

    #[track_caller]
    fn assert_trespasses(files: &[(&str, &str)], expected: &[&str]) {
        let found = rooms(files).trespasses(ALLOWED);
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found}");
        }
    }

    #[test]
    fn a_room_that_may_be_known_is_no_trespass() {
        let (low, config) = (("low/a.rs", "use crate::config::E;"), ("config.rs", ""));
        assert_trespasses(
            &[low, config, ("high/a.rs", "use crate::{config, low::a::B}; use std::fmt;")],
            &[],
        );
        assert_trespasses(&[low, config, ("high/mod.rs", "use super::low;")], &[]);
    }

    #[test]
    fn a_trespass_is_found_however_it_is_spelled() {
        let high = ("high/mod.rs", "pub struct High;");
        let trespass = "src/low/a.rs:2: `low` imports `high";
        for text in [
            "\nuse crate::high::High;",
            "\nuse crate::{high::{High}};",
            "\nfn a() { crate::high::b() }",
            "\nuse super::super::high;",
        ] {
            assert_trespasses(&[high, ("low/a.rs", text)], &[trespass]);
        }
        // A name of the root belongs to the room that it comes from.
        assert_trespasses(
            &[high, ("low/a.rs", "use crate::High;")],
            &["src/low/a.rs:1: `low` imports `High`"],
        );
        assert_trespasses(
            &[("private.rs", ""), ("low/a.rs", "use crate::__private;")],
            &["src/low/a.rs:1: "],
        );
        assert_trespasses(&[("new/mod.rs", "")], &["`new`: is a room without a place"]);
    }

    #[test]
    fn circles_are_found_and_parents_are_none() {
        let circle = |files: &[(&str, &str)]| rooms(files).circles();
        let parent = ("low/mod.rs", "mod a; mod b; pub use self::a::A; use a::B;");
        assert!(circle(&[parent, ("low/a.rs", "use super::Own;"), ("low/b.rs", "use super::A;")]).is_empty());
        // The circle leads through the parent, which has the name from a child.
        let found = circle(&[parent, ("low/a.rs", "use crate::low::b::C;"), ("low/b.rs", "use super::A;")]);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("src/low/a.rs → src/low/b.rs → src/low/a.rs: "), "{found:#?}");
        let (a, b, c) =
            (("low/a.rs", "use super::b::B;"), ("low/b.rs", "use super::c::C;"), "use super::a::A;");
        assert_eq!(circle(&[a, b, ("low/c.rs", c)]).len(), 1);
        assert!(circle(&[a, b, ("low/c.rs", "")]).is_empty());
    }
}
