//! Clients that send requests while something happens to the provider.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use auth_tests::{app::Orders, report, wire::Connection};

use crate::eventually;

/// Clients that send requests while something happens to the provider.
#[derive(Default)]
pub(super) struct Load {
    /// The tokens, by the status that is due to them. The lock lets requests that are under way end before the tokens
    /// change.
    tokens: RwLock<BTreeMap<u16, Vec<String>>>,
    /// The number of answers, by the status that was due and the status that came.
    answers: Mutex<BTreeMap<(u16, u16), usize>>,
    done: AtomicBool,
}

impl Load {
    pub(super) fn run(&self, orders: &Orders, script: impl FnOnce(&Self)) {
        thread::scope(|scope| {
            for client in 0..4_usize {
                scope.spawn(move || {
                    let mut connection = Connection::open(orders);
                    let mut turn = client;
                    while !self.done.load(Ordering::SeqCst) {
                        turn += 1;
                        let tokens = self.tokens.read().unwrap();
                        let due: Vec<_> = tokens.iter().filter(|(_, tokens)| !tokens.is_empty()).collect();
                        let Some((due, tokens)) = due.get(turn % due.len().max(1)) else { continue };
                        let token = &tokens[turn % tokens.len()];
                        let response = connection.get_as("/me", token);
                        *self.answers.lock().unwrap().entry((**due, response.status())).or_default() += 1;
                    }
                });
            }
            // The clients stop also if the script fails.
            let _done = Done(&self.done);
            script(self);
        });
    }

    pub(super) fn set(&self, due: u16, tokens: impl Into<Vec<String>>) {
        self.tokens.write().unwrap().insert(due, tokens.into());
    }

    /// Waits until enough requests of this kind are answered to say something.
    pub(super) fn sample(&self, due: u16) {
        let count = || {
            self.answers
                .lock()
                .unwrap()
                .iter()
                .filter(|((of, _), _)| *of == due)
                .map(|(_, n)| n)
                .sum::<usize>()
        };
        let before = count();
        eventually("requests are answered", || count() >= before + 200);
    }

    /// Prints the counts, and asserts that each answer was the one that was due.
    pub(super) fn judge(&self, what: &str) {
        let answers = self.answers.lock().unwrap();
        let counts: Vec<_> = answers
            .iter()
            .map(|((due, came), count)| format!("{count} × {came} where {due} was due"))
            .collect();
        report(&format!("{what}: {}", counts.join(", ")));
        assert!(answers.keys().all(|(due, came)| due == came), "{what}: {answers:?}");
    }
}

struct Done<'load>(&'load AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
