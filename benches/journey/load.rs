//! A sender: kept-alive connections, each with one request at a time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Fault;

/// How requests are sent.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Where to.
    pub address: SocketAddr,
    /// Connections side by side.
    pub connections: usize,
    /// Requests a second; `None` for as fast as the answers come.
    pub per_second: Option<f64>,
}

/// What came back.
pub struct Answers {
    took: Duration,
    latencies: Vec<Duration>,
}

impl Answers {
    /// Answers a second.
    pub fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.latencies.len()).unwrap_or(u32::MAX)) / self.took.as_secs_f64()
    }

    /// From the first byte sent to the last byte of the answer.
    pub fn percentile(&self, percent: usize) -> Duration {
        let place = (self.latencies.len() * percent / 100).min(self.latencies.len() - 1);
        self.latencies[place]
    }
}

impl Load {
    /// Sends every request once. An answer other than 200 is a fault: then something
    /// else than the journey was measured.
    pub async fn post(self, requests: Vec<Vec<u8>>) -> Result<Answers, Fault> {
        let requests = Arc::new(requests);
        let next = Arc::new(AtomicU32::new(0));
        let begun = Instant::now();
        let tasks: Vec<_> = (0..self.connections)
            .map(|_| tokio::spawn(self.connection(Arc::clone(&requests), Arc::clone(&next), begun)))
            .collect();
        let mut latencies = Vec::with_capacity(requests.len());
        for task in tasks {
            latencies.extend(task.await??);
        }
        let took = begun.elapsed();
        latencies.sort_unstable();
        Ok(Answers { took, latencies })
    }

    async fn connection(
        self,
        requests: Arc<Vec<Vec<u8>>>,
        next: Arc<AtomicU32>,
        begun: Instant,
    ) -> Result<Vec<Duration>, Fault> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let mut buffer = vec![0; 64 * 1024];
        let mut latencies = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = requests.get(number as usize) else {
                return Ok(latencies);
            };
            if let Some(rate) = self.per_second {
                let due = begun + Duration::from_secs_f64(f64::from(number) / rate);
                tokio::time::sleep_until(due.into()).await;
            }
            let sent = Instant::now();
            stream.write_all(request).await?;
            let (status, length) = answer(&mut stream, &mut buffer).await?;
            latencies.push(sent.elapsed());
            if status != 200 {
                let body = String::from_utf8_lossy(&buffer[..length]);
                return Err(format!("request {number} was answered\n{body}").into());
            }
        }
    }
}

/// Reads one answer into the buffer: its status and its length with the head.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<(u16, usize)> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let (mut filled, mut whole) = (0, None);
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Err(wrong("the gateway closed the connection"));
        }
        filled += read;
        if whole.is_none() {
            let head = buffer[..filled]
                .windows(4)
                .position(|end| end == b"\r\n\r\n");
            if let Some(head) = head {
                let text = String::from_utf8_lossy(&buffer[..head]).to_lowercase();
                let length = text
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "))
                    .and_then(|length| length.parse::<usize>().ok());
                whole = Some(head + 4 + length.ok_or_else(|| wrong("no length"))?);
            }
        }
        if whole.is_some_and(|whole| filled >= whole) {
            let status = String::from_utf8_lossy(&buffer[9..12]).into_owned();
            let status = status.parse().map_err(|_| wrong("no status"))?;
            return Ok((status, filled));
        }
    }
}
