//! The alphabets of the names of scopes, roles, issuers and schemes.

use syn::LitStr;

use crate::errors::Errors;

/// Checks the name of a scope: printable ASCII without space, `"` and `\` (RFC 6749 §3.3).
pub(crate) fn scope(literal: &LitStr, errors: &mut Errors) -> bool {
    let name = literal.value();
    let words: Vec<_> =
        name.split(' ').filter(|word| !word.is_empty()).map(|word| format!("{word:?}")).collect();
    let stranger = name.chars().find(|character| !matches!(character, '!' | '#'..='[' | ']'..='~'));
    if name.is_empty() {
        errors.at(literal, "a scope has a name");
    } else if words.len() > 1 && name.contains(' ') {
        errors.at(
            literal,
            format_args!("a scope has no spaces; {} scopes? write `{}`", words.len(), words.join(", ")),
        );
    } else if let (Some(' '), [word]) = (stranger, words.as_slice()) {
        errors.at(literal, format_args!("a scope has no spaces; write `{word}`"));
    } else if let Some(stranger) = stranger {
        errors.at(
            literal,
            format_args!(
                "`{}` cannot stand in a scope, which is printable ASCII without space, quote and backslash \
                 (RFC 6749 section 3.3)",
                visible(stranger)
            ),
        );
    } else {
        return true;
    }
    false
}

pub(crate) fn role(literal: &LitStr, errors: &mut Errors) -> bool {
    let name = literal.value();
    if name.trim().is_empty() {
        errors.at(literal, "a role has a name");
    } else if let Some(control) = name.chars().find(char::is_ascii_control) {
        let control = visible(control);
        errors.at(
            literal,
            format_args!("`{control}` cannot stand in a role, which holds no control characters"),
        );
    } else {
        return true;
    }
    false
}

/// Checks the name of an issuer, which is a text without spaces around it.
pub(crate) fn issuer(literal: &LitStr, errors: &mut Errors) -> bool {
    let name = literal.value();
    if name.trim().is_empty() {
        errors.at(literal, "an issuer has a name");
    } else if name.trim_ascii() != name {
        errors.at(
            literal,
            format_args!("no token has an issuer with spaces around it; write `{:?}`", name.trim_ascii()),
        );
    } else if let Some(control) = name.chars().find(char::is_ascii_control) {
        let control = visible(control);
        errors.at(
            literal,
            format_args!("`{control}` cannot stand in an issuer, which holds no control characters"),
        );
    } else {
        return true;
    }
    false
}

/// Checks the name of a scheme, which is a token (RFC 9110 §5.6.2).
pub(crate) fn scheme(literal: &LitStr, errors: &mut Errors) -> bool {
    let name = literal.value();
    let is_legal =
        |character: &char| character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(*character);
    if name.is_empty() {
        errors.at(literal, "a scheme has a name");
    } else if let Some(stranger) = name.chars().find(|character| !is_legal(character)) {
        errors.at(
            literal,
            format_args!(
                "`{}` cannot stand in a scheme, whose name is of letters, digits and `-` (RFC 9110 section 5.6.2)",
                visible(stranger)
            ),
        );
    } else {
        return true;
    }
    false
}

/// Writes a character, or its escape if the character cannot be seen.
fn visible(character: char) -> String {
    if character.is_control() || character.is_whitespace() {
        character.escape_default().to_string()
    } else {
        character.to_string()
    }
}
