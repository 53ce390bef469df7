package io.remuda.gateway.edge;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client that writes and reads bytes as they are, for what no HTTP library would send. */
final class Wire implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Socket socket;
  private final StringBuilder read = new StringBuilder();

  Wire(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
  }

  Wire send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return this;
  }

  Wire post(String path, String body, String... headers) throws IOException {
    StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: x\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    head.append("Content-Length: ").append(length).append("\r\n\r\n");
    return send(head + body);
  }

  /** Reads until {@code mark} has come; all that was read so far. */
  String until(String mark) throws IOException {
    return until(mark, 0);
  }

  /** As {@link #until}, but what was read before does not count; all that was read so far. */
  String then(String mark) throws IOException {
    return until(mark, read.length());
  }

  private String until(String mark, int from) throws IOException {
    socket.setSoTimeout((int) LIMIT.toMillis());
    InputStream in = socket.getInputStream();
    while (read.indexOf(mark, from) < 0) {
      int b;
      try {
        b = in.read();
      } catch (SocketTimeoutException e) {
        throw new AssertionError("no '" + mark + "' within " + LIMIT + ", but: " + read, e);
      }
      if (b < 0) {
        throw new AssertionError("closed before '" + mark + "', after: " + read);
      }
      read.append((char) b);
    }
    return read.toString();
  }

  /** Waits for what must not come; fails when anything does, the end of the connection too. */
  Wire silentFor(Duration length) throws IOException {
    socket.setSoTimeout((int) length.toMillis());
    try {
      int b = socket.getInputStream().read();
      throw new AssertionError(b < 0 ? "closed, after: " + read : "unasked: " + (char) b);
    } catch (SocketTimeoutException e) {
      return this;
    }
  }

  /** Reads until the server closes; fails when it does not within the limit. */
  String untilClosed(Duration limit) throws IOException {
    socket.setSoTimeout((int) limit.toMillis());
    InputStream in = socket.getInputStream();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        read.append((char) b);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("not closed within " + limit + "; so far: " + read, e);
    } catch (java.net.SocketException e) {
      // A reset closes too.
    }
    return read.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
