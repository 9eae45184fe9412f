//! The listener: connections that can be hung up in the middle of a request, and that end with the mock.
//!
//! A call whose answer never came is the one case in which a sender can't know whether Meta took the message, so
//! the mock must be able to cause it. An HTTP answer can't express it; the connection has to break.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Says of one connection whether it is to be hung up.
#[derive(Debug, Clone)]
pub(crate) struct Hangup {
    this_one: Arc<AtomicBool>,
    all: Arc<AtomicBool>,
}

impl Hangup {
    /// From here on nothing is written to the connection; the next attempt closes it.
    pub(crate) fn hang_up(&self) {
        self.this_one.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        if self.this_one.load(Ordering::SeqCst) || self.all.load(Ordering::SeqCst) {
            return Err(io::Error::from(io::ErrorKind::ConnectionReset));
        }
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct Listener {
    inner: TcpListener,
    stopped: Arc<AtomicBool>,
}

impl Listener {
    /// Connections of this listener break as soon as `stopped` is set.
    pub(crate) fn new(inner: TcpListener, stopped: Arc<AtomicBool>) -> Self {
        Self { inner, stopped }
    }
}

impl axum::serve::Listener for Listener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = axum::serve::Listener::accept(&mut self.inner).await;
        // Without it small answers would wait for the client's delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("the connection from {address} stays with Nagle's algorithm: {error}");
        }
        let hangup = Hangup { this_one: Arc::default(), all: Arc::clone(&self.stopped) };
        (Connection { stream, hangup }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    hangup: Hangup,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        // After the read, so that a request which arrives at a stopped mock is never handled.
        self.hangup.check()?;
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.hangup.check()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.hangup.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl Connected<IncomingStream<'_, Listener>> for Hangup {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.io().hangup.clone()
    }
}
