//! The expansions in `tests/expansions`, compared with what the attributes expand to.
//!
//! `EXPANSIONS=overwrite cargo test --package auth-macros` writes them anew.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{File, Item, ItemFn, Meta};

use super::attribute;
use crate::args::AttributeName;

const SHAPES: [&str; 6] =
    ["above_a_route", "generic", "open", "plain_function", "with_a_rule", "with_resources"];
/// The shape that the design shows.
const SHOWN: &str = "above_a_route";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/expansions").join(name)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Expands our attribute of a handler, as the compiler does.
fn expanded(handler: &str) -> String {
    let mut handler: ItemFn = syn::parse_str(handler).expect("a handler");
    let position = handler.attrs.iter().position(|attr| AttributeName::of(attr.path()).is_some());
    let attr = handler.attrs.remove(position.expect("one of our attributes"));
    let args = match attr.meta {
        Meta::List(ref list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    let name = AttributeName::of(attr.path()).expect("one of our attributes");
    let expansion: File = syn::parse2(attribute(name, args, &handler.to_token_stream())).expect("items");
    let laid_out =
        |item: Item| prettyplease::unparse(&syn::parse2(item.into_token_stream()).expect("an item"));
    expansion.items.into_iter().map(laid_out).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_shape_expands_as_written_down() {
    for shape in SHAPES {
        let expansion = expanded(&read(&file(&format!("{shape}.rs"))));
        let written = file(&format!("{shape}.expanded.rs"));
        if env::var_os("EXPANSIONS").is_some_and(|value| value == "overwrite") {
            fs::write(&written, &expansion).expect("the expansion is written");
        }
        assert_eq!(expansion, read(&written), "{shape} expands to something else");
    }
}

#[test]
fn no_shape_is_left_out() {
    let mut files: Vec<_> = fs::read_dir(file(""))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .filter(|name| !name.ends_with(".expanded"))
        .collect();
    files.sort();
    assert_eq!(files, SHAPES);
}

#[test]
fn the_design_shows_a_handler_and_its_expansion() {
    // A published package has no design beside it.
    let Ok(design) = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../DESIGN.md")) else { return };
    for name in [format!("{SHOWN}.rs"), format!("{SHOWN}.expanded.rs")] {
        assert!(design.contains(&read(&file(&name))), "DESIGN.md does not show `{name}` as it is");
    }
}
