package io.remuda.deploy.fleet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model node that answers its first calls with all that a node being killed may send: nothing,
 * half an answer, another protocol, no JSON, a refusal. Then it lets a worker join, and does the
 * same to its pings.
 */
final class BrokenNode implements AutoCloseable {
  private static final String JOINED = answer(201, "{\"id\":\"a\",\"pingEverySeconds\":0.1}");
  private static final List<String> ANSWERS =
      List.of(
          "",
          "rubbish\r\n\r\n",
          "HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{",
          answer(201, "<html>"),
          answer(201, "{}"),
          answer(503, "{}"),
          JOINED,
          "",
          "rubbish\r\n\r\n",
          "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
          answer(200, "<html>"),
          answer(404, "{}"),
          JOINED,
          answer(200, "{}"));

  private final ServerSocket socket;
  private final AtomicInteger calls = new AtomicInteger();

  BrokenNode() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "broken-node");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Whether a worker has come through all of it. */
  boolean isOver() {
    return calls.get() > ANSWERS.size();
  }

  private static String answer(int status, String body) {
    return "HTTP/1.1 %d Said\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
        .formatted(status, body.length(), body);
  }

  private void serve() {
    while (!socket.isClosed()) {
      try (Socket caller = socket.accept()) {
        String call = read(caller);
        String said = ANSWERS.get(Math.min(calls.getAndIncrement(), ANSWERS.size() - 1));
        caller
            .getOutputStream()
            .write(
                (call.startsWith("DELETE") ? answer(204, "") : said)
                    .getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // The caller has gone, or the test is over.
      }
    }
  }

  /** All of a call, so that its connection is closed and not reset. */
  private static String read(Socket caller) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = caller.getInputStream().read();
      if (next < 0) {
        throw new IOException("half a call");
      }
      head.append((char) next);
    }
    for (String line : head.toString().split("\r\n")) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        caller.getInputStream().readNBytes(Integer.parseInt(line.substring(15).strip()));
      }
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
