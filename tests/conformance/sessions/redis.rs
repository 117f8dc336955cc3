//! A Redis in a process of its own.

use std::{
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use actix_session::storage::RedisSessionStore;
use actix_web::rt::System;
use auth_tests::report;

/// A Redis on a socket of its own, which ends when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Redis(Arc<Process>);

struct Process {
    child: Mutex<Child>,
    socket: PathBuf,
}

/// Gives each process a socket of its own.
static COUNT: AtomicUsize = AtomicUsize::new(0);

impl Redis {
    /// Starts a Redis. Returns `None` and says so where there is none, and the test is left out.
    pub(super) fn start(test: &str) -> Option<Self> {
        if Command::new("redis-server").arg("--version").output().is_err() {
            let line = format!("left out: {test} with Redis; it needs `redis-server`");
            assert!(std::env::var_os("REQUIRE_REDIS").is_none(), "{line}");
            report(&line);
            return None;
        }
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let socket = std::env::temp_dir().join(format!("redis-{}-{number}.sock", std::process::id()));
        let redis = Self(Arc::new(Process { child: Mutex::new(spawn(&socket)), socket }));
        redis.wait();
        Some(redis)
    }

    /// Connects a store to it. The connection is driven by a thread that stays.
    pub(super) fn store(&self) -> RedisSessionStore {
        let address = format!("redis+unix://{}", self.0.socket.display());
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            System::new().block_on(async move {
                sender.send(RedisSessionStore::new(address).await.unwrap()).unwrap();
                std::future::pending::<()>().await;
            });
        });
        receiver.recv().unwrap()
    }

    /// Sends a command, and returns the first line of the answer.
    pub(super) fn command(&self, line: &str) -> String {
        self.try_command(line).unwrap()
    }

    fn try_command(&self, line: &str) -> std::io::Result<String> {
        let mut stream = UnixStream::connect(&self.0.socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(format!("{line}\r\n").as_bytes())?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            answer.push(byte[0]);
        }
        Ok(String::from_utf8_lossy(&answer).trim_end().to_owned())
    }

    pub(super) fn kill(&self) {
        let mut child = self.0.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Stops the process, so that it keeps its connections and answers nothing.
    pub(super) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(super) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.0.child.lock().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    fn wait(&self) {
        let begin = Instant::now();
        while self.try_command("PING").is_err() {
            assert!(begin.elapsed() < Duration::from_secs(20), "Redis does not start");
            thread::yield_now();
        }
    }
}

fn spawn(socket: &std::path::Path) -> Child {
    Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
        .arg(socket)
        .args(["--dir".as_ref(), std::env::temp_dir().as_os_str()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process and the socket may be gone already.
        if let Ok(child) = self.child.get_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_file(&self.socket);
    }
}
