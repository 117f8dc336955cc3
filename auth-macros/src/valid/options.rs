//! The options: `hide`, `hide(anonymous)` and `crate = path`.

use syn::{Ident, Path};

use super::words;
use crate::{
    args::{Arg, Kind},
    errors::Errors,
    requirement::Hide,
};

/// The options that were read so far.
#[derive(Default)]
pub(super) struct Options {
    pub(super) hide: Option<Hide>,
    pub(super) krate: Option<Path>,
    /// The one that stands first.
    pub(super) first: Option<Ident>,
}

impl Options {
    /// Reads `arg` if it is an option, or a word that means nothing and may have been meant as one.
    pub(super) fn take(&mut self, kind: Kind, arg: &Arg, errors: &mut Errors) -> bool {
        let Some(word) = arg.word() else { return false };
        match arg {
            Arg::Assign { value: Some(value), .. } if word == "crate" => {
                once(self.krate.replace(value.clone()).is_some(), word, errors);
            }
            Arg::Assign { .. } if word == "crate" => {
                errors.at(word, "the value of `crate` is a path, without quotes");
            }
            Arg::Assign { .. } if word == "hide" => {
                errors.at(word, "`hide` has no value; write `hide` or `hide(anonymous)`");
            }
            Arg::Path(_) if word == "hide" => self.take_hide(kind, Hide::Unauthorized, word, errors),
            Arg::Call { args, .. } if word == "hide" => match args.as_slice() {
                [only] if only.is_word("anonymous") => self.take_hide(kind, Hide::Anonymous, word, errors),
                [] => errors.at(word, "`hide()` is unclear; write `hide` or `hide(anonymous)`"),
                [only] => errors.at(only, "`hide` takes nothing or `anonymous`"),
                [_, second, ..] => errors.at(second, "`hide` takes nothing or `anonymous`"),
            },
            Arg::Path(_) | Arg::Call { .. } if words::is_known(kind, word) || !words::is_word(word) => {
                return false;
            }
            Arg::Assign { .. } | Arg::Path(_) | Arg::Call { .. } => {
                errors.at(word, words::unknown(&word.to_string(), &words::of(kind)));
            }
            Arg::Literal(_) => return false,
        }
        self.first.get_or_insert_with(|| word.clone());
        true
    }

    fn take_hide(&mut self, kind: Kind, hide: Hide, word: &Ident, errors: &mut Errors) {
        match (kind, hide) {
            (Kind::Public, _) => errors.at(word, "nothing is hidden by `public`, which lets everyone in; leave it out"),
            (Kind::RequireAuth, Hide::Unauthorized) => errors.at(
                word,
                "`require_auth` lets in every principal, so there is nobody to hide from; to answer 404 without a \
                 credential, write `hide(anonymous)`",
            ),
            _ => {}
        }
        once(self.hide.replace(hide).is_some(), word, errors);
    }
}

fn once(twice: bool, word: &Ident, errors: &mut Errors) {
    if twice {
        errors.at(word, format_args!("`{word}` is there twice; leave one out"));
    }
}
