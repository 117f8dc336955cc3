//! Chromium, in a process that all tests share.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use auth_tests::report;
use serde_json::{Value, json};

/// How long a test waits for the browser. What the browser does has a shorter limit.
const LIMIT: Duration = Duration::from_secs(30);

/// The browser, or why there is none. It ends with the test process, which closes its standard input.
static BROWSER: OnceLock<Result<Mutex<Browser>, String>> = OnceLock::new();

struct Browser {
    commands: ChildStdin,
    answers: Receiver<Value>,
    count: u64,
}

/// A tab with cookies of its own.
pub(crate) struct Tab {
    browser: &'static Mutex<Browser>,
    number: u64,
}

/// What a person sees after a navigation.
#[derive(Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum View {
    Page {
        status: u16,
        url: String,
        text: String,
    },
    /// The browser shows no page, for example because a dialog would have to be answered first.
    Failed {
        failed: String,
    },
}

impl Tab {
    /// Opens a tab. Returns `None` and says so where no browser runs, and the test is left out.
    pub(crate) fn new(test: &str) -> Option<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        match BROWSER.get_or_init(|| Browser::start().map(Mutex::new)) {
            Ok(browser) => Some(Self { browser, number: COUNT.fetch_add(1, Ordering::SeqCst) }),
            Err(reason) => {
                let line = format!("left out: {test} in a browser; {reason}");
                assert!(std::env::var_os("REQUIRE_BROWSER").is_none(), "{line}");
                report(&line);
                None
            }
        }
    }

    /// Goes to an address, as if a person had typed it.
    pub(crate) fn open(&self, url: &str) -> View {
        self.view("open", json!({ "url": url }))
    }

    /// Fills in the form that has this action, and clicks its button.
    pub(crate) fn submit(&self, action: &str, fields: &[(&str, &str)]) -> View {
        self.view("submit", json!({ "action": action, "fields": fields }))
    }

    /// Evaluates an expression in the page, and waits for it if it is a promise.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.send("run", json!({ "script": script }))
    }

    /// Returns all cookies of the tab, also those that no script can read.
    pub(crate) fn cookies(&self) -> Vec<Value> {
        self.send("cookies", json!({})).as_array().unwrap().clone()
    }

    /// Drops all cookies.
    pub(crate) fn forget(&self) {
        self.send("forget", json!({}));
    }

    fn view(&self, what: &str, command: Value) -> View {
        serde_json::from_value(self.send(what, command)).unwrap()
    }

    fn send(&self, what: &str, mut command: Value) -> Value {
        command["do"] = what.into();
        command["tab"] = self.number.into();
        self.browser.lock().unwrap_or_else(PoisonError::into_inner).send(command)
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        // A second panic would hide the first one.
        if !thread::panicking() {
            self.send("close", json!({}));
        }
    }
}

impl View {
    /// Returns status, address and text of the page, which has to be there.
    pub(crate) fn page(self) -> (u16, String, String) {
        match self {
            Self::Page { status, url, text } => (status, url, text),
            Self::Failed { failed } => panic!("the browser shows no page: {failed}"),
        }
    }

    pub(crate) fn status(self) -> u16 {
        self.page().0
    }
}

impl Browser {
    fn start() -> Result<Self, String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/browser");
        if !Path::new(folder).join("node_modules").is_dir() {
            return Err("it needs `npm ci` in tests/browser".to_owned());
        }
        let mut process = Command::new("node")
            .arg(Path::new(folder).join("driver.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("it needs node: {error}"))?;
        let commands = process.stdin.take().unwrap();
        let answers = lines(&mut process);
        match answers.recv_timeout(LIMIT) {
            Ok(line) if line["error"].is_null() => Ok(Self { commands, answers, count: 0 }),
            Ok(line) => {
                let reason =
                    line["error"].as_str().and_then(|error| error.lines().next()).unwrap_or_default();
                Err(format!("it needs Chromium, at /usr/bin/chromium or where `CHROMIUM` says: {reason}"))
            }
            Err(_) => {
                // The process may be gone already.
                let _ = process.kill();
                let _ = process.wait();
                Err("node starts no browser; run `node tests/browser/driver.mjs` to see why".to_owned())
            }
        }
    }

    fn send(&mut self, mut command: Value) -> Value {
        self.count += 1;
        command["id"] = self.count.into();
        writeln!(self.commands, "{command}").expect("the driver runs");
        loop {
            let answer = self.answers.recv_timeout(LIMIT).expect("an answer of the driver, in time");
            // What comes late is of a test that failed.
            if answer["id"] == command["id"] {
                assert!(answer["error"].is_null(), "{command}: {}", answer["error"]);
                return answer["value"].clone();
            }
        }
    }
}

/// Reads lines of JSON in a thread of its own, so that waiting for one can end.
fn lines(process: &mut Child) -> Receiver<Value> {
    let output = BufReader::new(process.stdout.take().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if sender.send(serde_json::from_str(&line).expect("a line of JSON")).is_err() {
                break;
            }
        }
    });
    receiver
}
