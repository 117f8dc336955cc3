//! The texts of credentials: signed tokens, keys, names with passwords, and cookies of sessions.

use std::{cell::RefCell, collections::HashMap};

use auth_tests::issuer::{self, AUDIENCE, NOW};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use crate::{
    application::secret,
    description::{Fault, Flaw, Made, Text, Token},
    desk,
};

/// What all keys begin with.
pub(crate) const PREFIX: &str = "ord";
/// The password of all users, and its hash, which costs next to nothing.
const PASSWORD: &str = "p:w";
pub(crate) const HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$YSBzYWx0IGZvciB0ZXN0cw$R6ymHAcprYb1JIC+0+ZuXYLeeldAkB7Izi7jCNd25gQ";

/// Returns the text of a credential.
pub(crate) fn text_of(text: &Text) -> String {
    thread_local! {
        static SIGNED: RefCell<HashMap<Token, String>> = RefCell::default();
    }
    match text {
        Text::Plain(text) => text.clone(),
        Text::Token(token) => SIGNED.with_borrow_mut(|signed| {
            if signed.len() > 10_000 {
                signed.clear();
            }
            signed.entry(token.clone()).or_insert_with(|| sign(token)).clone()
        }),
        Text::Key(made) => key(made),
        Text::Password(made) => password(made),
        Text::Session(made) => desk::cookie(made),
    }
}

/// Returns the id of the key of this name.
pub(crate) fn id_of_key(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    format!("{letters:0<16}")
}

/// Returns what the table keeps of the key of this name.
pub(crate) fn digest_of_key(name: &str) -> Vec<u8> {
    let made = Made { name: name.to_owned(), ..Made::default() };
    Sha256::digest(key(&made)).to_vec()
}

fn key(Made { name, flaw, .. }: &Made) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let secret = if *flaw == Flaw::Wrong { "W" } else { "S" };
    let mut text = format!("{PREFIX}_{}_{}", id_of_key(name), secret.repeat(43));
    let digest = Sha256::digest(&text);
    let mut number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) as usize;
    let mut checksum = Vec::new();
    for _ in 0..6 {
        checksum.insert(0, char::from(DIGITS[number % 62]));
        number /= 62;
    }
    if *flaw == Flaw::Garbled {
        checksum[5] = if checksum[5] == '0' { '1' } else { '0' };
    }
    text.extend(checksum);
    text
}

fn password(Made { name, flaw, .. }: &Made) -> String {
    STANDARD.encode(match flaw {
        Flaw::None => format!("{name}:{PASSWORD}"),
        Flaw::Garbled => format!("{name}\u{7f}:{PASSWORD}"),
        Flaw::Wrong => format!("{name}:p"),
    })
}

fn sign(Token { grants, expires, fault }: &Token) -> String {
    let mut token = issuer::Token::of("nobody").without("sub").without("iat").claim("exp", NOW + expires);
    let claims = [("iss", &grants.issuer), ("sub", &grants.subject), ("tenant", &grants.tenant)];
    for (name, value) in claims {
        token = match value {
            Some(value) => token.claim(name, value.as_str()),
            None => token.without(name),
        };
    }
    token = token.claim("scope", grants.scopes.join(" ")).claim("roles", grants.roles.as_slice());
    token = match fault {
        Fault::None | Fault::Signature => token,
        Fault::Audience => token.claim("aud", [format!("{AUDIENCE}/more")].as_slice()),
        Fault::Early => token.claim("nbf", NOW + 3600),
        Fault::NoExpiry => token.without("exp"),
        Fault::Type => token.header("typ", "logout+jwt"),
    };
    let signer =
        if *fault == Fault::Signature { "nobody" } else { grants.issuer.as_deref().unwrap_or_default() };
    token.signed_with_secret(&secret(signer))
}
