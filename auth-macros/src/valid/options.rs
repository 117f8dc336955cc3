//! The options: `hide`, `hide(anonymous)`, `when = path(..)` and `crate = path`.

use syn::{Expr, Ident};

use super::words;
use crate::{
    annotation::{Hide, Rule, written},
    args::{Arg, AttributeName, Value},
    errors::Errors,
    private::Private,
};

/// The options of an attribute that were read so far.
#[derive(Default)]
pub(super) struct Options {
    pub(super) hide: Option<Hide>,
    pub(super) private: Option<Private>,
    pub(super) rule: Option<Rule>,
    /// The name of the option that stands first.
    pub(super) first: Option<Ident>,
}

impl Options {
    /// Reads `arg` if it is an option. An unknown word is reported as one, because it may have been meant as one.
    pub(super) fn take(&mut self, attribute: AttributeName, arg: &Arg, errors: &mut Errors) -> bool {
        let Some(word) = arg.word() else { return false };
        match arg {
            Arg::Assign { value: Value::Path(value), .. } if word == "crate" => {
                once(self.private.replace(Private::of(value.clone())).is_some(), word, errors);
            }
            Arg::Assign { .. } if word == "crate" => {
                errors.at(word, "the value of `crate` is a path, without quotes");
            }
            Arg::Assign { .. } if word == "hide" => {
                errors.at(word, "`hide` has no value; write `hide` or `hide(anonymous)`");
            }
            Arg::Assign { value, .. } if word == "when" => self.take_rule(attribute, value, word, errors),
            Arg::Path(_) | Arg::Call { .. } if word == "when" && attribute != AttributeName::Public => {
                errors.at(word, format_args!("`when` calls a function of yours: {WHEN}"));
            }
            Arg::Path(_) if word == "hide" => self.take_hide(attribute, Hide::Unauthorized, word, errors),
            Arg::Call { args, .. } if word == "hide" => match args.as_slice() {
                [only] if only.is_word("anonymous") => {
                    self.take_hide(attribute, Hide::Anonymous, word, errors);
                }
                [] => errors.at(word, "`hide()` is unclear; write `hide` or `hide(anonymous)`"),
                [only] => errors.at(only, "`hide` takes nothing or `anonymous`"),
                [_, second, ..] => errors.at(second, "`hide` takes nothing or `anonymous`"),
            },
            Arg::Path(_) | Arg::Call { .. } if words::is_known(attribute, word) || !words::is_word(word) => {
                return false;
            }
            Arg::Assign { .. } | Arg::Path(_) | Arg::Call { .. } => {
                errors.at(word, words::unknown(&word.to_string(), &words::of(attribute)));
            }
            Arg::Literal(_) => return false,
        }
        self.first.get_or_insert_with(|| word.clone());
        true
    }

    fn take_rule(&mut self, attribute: AttributeName, value: &Value, word: &Ident, errors: &mut Errors) {
        if attribute == AttributeName::Public {
            errors
                .at(word, "`public` lets everyone in, so there is nothing to ask `when` about; leave it out");
        } else if let Some(rule) = rule(value, word, errors)
            && self.rule.replace(rule).is_some()
        {
            errors.at(word, "one handler has one rule; write a function that asks both");
        }
    }

    fn take_hide(&mut self, attribute: AttributeName, hide: Hide, word: &Ident, errors: &mut Errors) {
        match (attribute, hide) {
            (AttributeName::Public, _) => errors.at(word, "nothing is hidden by `public`, which lets everyone in; leave it out"),
            (AttributeName::RequireAuth, Hide::Unauthorized) => errors.at(
                word,
                "`require_auth` lets in every principal, so there is nobody to hide from; to answer 404 without a \
                 credential, write `hide(anonymous)`",
            ),
            _ => {}
        }
        once(self.hide.replace(hide).is_some(), word, errors);
    }
}

const WHEN: &str = "write `when = is_open(order)`, with arguments of the handler by their names";

/// Reads the call behind `when`.
fn rule(value: &Value, word: &Ident, errors: &mut Errors) -> Option<Rule> {
    let (function, args) = match value {
        Value::Call { function, args } => (function, args),
        Value::Literal => {
            errors.at(word, format_args!("the value of `when` is a call, without quotes: {WHEN}"));
            return None;
        }
        Value::Path(function) => {
            let shown = written(function);
            errors.at(
                function,
                format_args!("`when` calls the function: write `when = {shown}(order)`, with arguments of the handler by their names"),
            );
            return None;
        }
    };
    let name = |arg: &Expr| match arg {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident().cloned(),
        _ => None,
    };
    let names: Vec<_> = args.iter().filter_map(name).collect();
    for arg in args.iter().filter(|arg| name(arg).is_none()) {
        errors.at(
            arg,
            match arg {
                Expr::Reference(_) => "every argument of a rule is passed by reference; leave out `&`",
                _ => "an argument of a rule is the name of one of the handler's arguments, or `principal`",
            },
        );
    }
    (names.len() == args.len()).then(|| Rule { function: function.clone(), args: names })
}

fn once(twice: bool, word: &Ident, errors: &mut Errors) {
    if twice {
        errors.at(word, format_args!("`{word}` is there twice; leave one out"));
    }
}
