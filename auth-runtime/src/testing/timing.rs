//! The measurement of how long the answers for hidden and absent resources take.

use std::{
    fmt,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    variation::Request,
    wire::{Connection, failure},
};

/// How long two requests take, as [`Parity::timing`](super::Parity::timing) measures it. The [`Display`](fmt::Display)
/// text is one line.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Timing {
    /// How often each request was measured.
    pub rounds: u32,
    /// The median time for the hidden resource.
    pub hidden: Duration,
    /// The median time for the absent resource.
    pub absent: Duration,
    /// Cliff's delta of all pairs: how often the hidden resource takes longer than the absent one, minus how often it
    /// is the other way round. It is 0 if nothing can be told, 1 if the hidden resource always takes longer, and -1 if
    /// the absent one always does.
    pub effect: f64,
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, hidden, absent, effect } = self;
        // The thresholds are the usual ones (Romano et al. 2006).
        let size = match effect.abs() {
            effect if effect < 0.147 => "negligible",
            effect if effect < 0.33 => "small",
            effect if effect < 0.474 => "medium",
            _ => "large",
        };
        let medians = format!("hidden {hidden:.1?}, absent {absent:.1?} (medians of {rounds})");
        write!(f, "{medians}, effect {effect:+.3} ({size})")
    }
}

/// Sends the two requests in turn, each of them `rounds` times.
pub(super) fn measure(
    address: SocketAddr,
    hidden: &Request,
    absent: &Request,
    rounds: u32,
) -> Result<Timing, String> {
    let mut clock = Clock { address, connection: None };
    let (mut of_hidden, mut of_absent) = (Vec::new(), Vec::new());
    let (hidden, absent) = (Sent::of(hidden), Sent::of(absent));
    let warm_up = rounds.div_ceil(10);
    for round in 0..warm_up.saturating_add(rounds) {
        // The order changes with every round, so that coming first is no advantage.
        let (one, other);
        if round % 2 == 0 {
            one = clock.time(&hidden)?;
            other = clock.time(&absent)?;
        } else {
            other = clock.time(&absent)?;
            one = clock.time(&hidden)?;
        }
        if round >= warm_up {
            of_hidden.push(one);
            of_absent.push(other);
        }
    }
    of_hidden.sort_unstable();
    of_absent.sort_unstable();
    let effect = cliffs_delta(&of_hidden, &of_absent);
    Ok(Timing { rounds, hidden: median(&of_hidden), absent: median(&of_absent), effect })
}

/// The bytes of a request.
struct Sent {
    method: String,
    bytes: Vec<u8>,
}

impl Sent {
    fn of(request: &Request) -> Self {
        Self { method: request.method.clone(), bytes: [request.head(), request.body().to_vec()].concat() }
    }
}

struct Clock {
    address: SocketAddr,
    connection: Option<Connection>,
}

impl Clock {
    /// Measures one exchange. Connecting does not count.
    fn time(&mut self, request: &Sent) -> Result<Duration, String> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address).map_err(|error| failure(&error))?,
        };
        let start = Instant::now();
        let answer = connection.ask(&request.bytes, &request.method).map_err(|error| failure(&error))?;
        let time = start.elapsed();
        self.connection = (!answer.closes()).then_some(connection);
        Ok(time)
    }
}

fn median(sorted: &[Duration]) -> Duration {
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Computes Cliff's delta from ranks: how many times of `absent` are below and above each time of `hidden`. Both slices
/// are sorted.
#[expect(clippy::cast_precision_loss, reason = "counts of measurements, far below 2^52")]
fn cliffs_delta(hidden: &[Duration], absent: &[Duration]) -> f64 {
    let sum: f64 = hidden
        .iter()
        .map(|time| {
            let below = absent.partition_point(|other| other < time);
            let above = absent.len() - absent.partition_point(|other| other <= time);
            below as f64 - above as f64
        })
        .sum();
    sum / (hidden.len() * absent.len()) as f64
}
