//! The text of a file, taken apart into words and signs.

/// A word, `::`, or another sign, with the line that it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'text> {
    pub(crate) line: usize,
    pub(crate) text: &'text str,
}

impl Token<'_> {
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(is_of_word)
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Takes a text apart, and leaves out comments and everything in quotes.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut line, mut rest) = (Vec::new(), 1, text);
    while let Some(first) = rest.chars().next() {
        let (length, counts) = match left_out(rest) {
            Some(length) => (length, false),
            None if is_of_word(first) => {
                (rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len()), true)
            }
            None if rest.starts_with("::") => (2, true),
            None => (first.len_utf8(), true),
        };
        let (token, after) = rest.split_at(length);
        if counts {
            tokens.push(Token { line, text: token });
        }
        line += token.matches('\n').count();
        rest = after;
    }
    tokens
}

/// Returns the length of the white space, comment, literal in quotes or lifetime that `rest` begins with.
fn left_out(rest: &str) -> Option<usize> {
    if rest.starts_with(char::is_whitespace) {
        return Some(rest.find(|letter: char| !letter.is_whitespace()).unwrap_or(rest.len()));
    }
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    let literal = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - literal.len();
    if let Some(raw) = literal.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if let Some(content) = raw[hashes..].strip_prefix('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let length = content.find(&end).map_or(content.len(), |at| at + end.len());
            return Some(prefix + 1 + hashes + 1 + length);
        }
    }
    match literal.chars().next()? {
        '"' => Some(prefix + quoted(literal, '"')),
        '\'' if prefix <= 1 => Some(prefix + letter_or_lifetime(literal)),
        _ => None,
    }
}

/// Returns the length of a comment in `/*` and `*/`, which may hold others.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let sign = rest.get(at..at + 2);
        match sign {
            Some("/*") => depth += 1,
            Some("*/") if depth == 1 => return at + 2,
            Some("*/") => depth -= 1,
            _ => {}
        }
        at += if matches!(sign, Some("/*" | "*/")) { 2 } else { 1 };
    }
    rest.len()
}

/// Returns the length of a literal that begins and ends with `quote`.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn letter_or_lifetime(rest: &str) -> usize {
    let mut letters = rest.chars().skip(1);
    match (letters.next(), letters.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(rest, '\''),
        _ => 1,
    }
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The line of its `fn`.
    pub(crate) line: usize,
    /// The number of lines from its `fn` to its closing brace.
    pub(crate) lines: usize,
}

/// Returns the functions of a text, the inner ones too, without those that a `macro_rules!` defines.
pub(crate) fn functions(text: &str) -> Vec<Function> {
    let (tokens, mut functions, mut at) = (tokens(text), Vec::new(), 0);
    while at < tokens.len() {
        let next = tokens.get(at + 1);
        match tokens[at].text {
            "macro_rules" => at = body(&tokens[at..]).map_or(at, |(_, end)| at + end),
            "fn" if next.is_some_and(Token::is_word) => {
                if let Some((_, end)) = body(&tokens[at..]) {
                    let (line, name) = (tokens[at].line, tokens[at + 1].text.to_owned());
                    functions.push(Function { name, line, lines: tokens[at + end].line - line + 1 });
                }
            }
            _ => {}
        }
        at += 1;
    }
    functions
}

/// Finds the first pair of braces outside of parentheses and brackets, and returns where it begins and ends. An item
/// that ends in a semicolon before has no such pair.
fn body(tokens: &[Token<'_>]) -> Option<(usize, usize)> {
    let (mut depth, mut begin) = (0_usize, None);
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            ";" if depth == 0 => return None,
            "(" | "[" | "{" => {
                if token.text == "{" && depth == 0 {
                    begin = Some(at);
                }
                depth += 1;
            }
            ")" | "]" | "}" => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && begin.is_some() {
                    return Some((begin?, at));
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn comments_and_literals_are_left_out() {
    let text = r##"
        //! crate::a
        /// crate::b
        use c; // crate::d
        /* crate::e /* crate::f */ crate::g */ let h = "crate::i \" crate::j";
        let k: &'static str = r#"crate::l " crate::m"#; let n = ['"', '\'', b'"']; o::p(b"crate::q", br"\");
    "##;
    let words: Vec<_> = tokens(text).into_iter().filter(Token::is_word).map(|token| token.text).collect();
    assert_eq!(words.join(" "), "use c let h let k static str let n o p");
    assert_eq!(tokens(text).last().map(|token| token.line), Some(6));
}

#[test]
fn functions_are_measured() {
    let text = "
        const fn one() { 1 }
        trait T { fn none(&self) -> [u8; 2]; }
        pub async fn three<F: Fn(fn(u8)) -> u8>(
            _: F, _: [u8; { 1 }],
        ) -> [u8; 2] { fn inner() {
        } }
        macro_rules! skipped { () => { fn a() {} } }
        fn last() { \"}\"; }
    ";
    let found: Vec<_> = functions(text).into_iter().map(|it| (it.name, it.line, it.lines)).collect();
    let expected = [("one", 2, 1), ("three", 4, 4), ("inner", 6, 2), ("last", 9, 1)];
    assert_eq!(found, expected.map(|(name, line, lines)| (name.to_owned(), line, lines)));
}
