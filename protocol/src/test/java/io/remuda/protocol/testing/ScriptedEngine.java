package io.remuda.protocol.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP engine on a loopback port whose answers are written by the test, byte for byte: a real
 * socket, so that deaths, cuts and slowness are real ones.
 */
public final class ScriptedEngine implements AutoCloseable {

  /** What to do with one request; runs on a thread of its own. */
  public interface Script {
    void answer(Seen request, Wire wire) throws IOException, InterruptedException;
  }

  /** A request as it arrived; header names in lower case. */
  public record Seen(String method, String path, Map<String, String> headers, String body) {}

  private final ServerSocket server;
  private final Script script;
  private final ExecutorService threads = Executors.newCachedThreadPool(ScriptedEngine::daemon);
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger departed = new AtomicInteger();

  /**
   * Below the ports that the system gives to whoever asks for any: once this engine is closed,
   * nobody else may listen there.
   */
  private static ServerSocket bind() throws IOException {
    for (int tries = 0; ; tries++) {
      try {
        return new ServerSocket(FreePort.next(), 1024, InetAddress.getLoopbackAddress());
      } catch (BindException taken) {
        if (tries == 10) {
          throw taken;
        }
      }
    }
  }

  private ScriptedEngine(ServerSocket server, Script script) {
    this.server = server;
    this.script = script;
  }

  public static ScriptedEngine start(Script script) {
    try {
      ServerSocket server = bind();
      ScriptedEngine engine = new ScriptedEngine(server, script);
      engine.threads.execute(engine::accept);
      return engine;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI base() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  public int port() {
    return server.getLocalPort();
  }

  /** Requests so far, in the order of their arrival. */
  public List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** How many callers were noticed to go before their answer was complete. */
  public int departed() {
    return departed.get();
  }

  public int openConnections() {
    return open.size();
  }

  /** As a killed engine: no new connections, all open ones broken. */
  public void die() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(ScriptedEngine::reset);
  }

  @Override
  public void close() {
    die();
    threads.shutdownNow();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        threads.execute(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      Wire wire = new Wire(socket);
      while (!wire.closed) {
        Seen request = read(in);
        if (request == null) {
          return;
        }
        seen.add(request);
        script.answer(request, wire);
      }
    } catch (SocketException e) {
      departed.incrementAndGet();
    } catch (IOException e) {
      // The caller broke off in the middle of a request.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  private static @org.jspecify.annotations.Nullable Seen read(InputStream in) throws IOException {
    String start = line(in);
    if (start.isEmpty()) {
      return null;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    String[] words = start.split(" ", -1);
    return new Seen(words[0], words[1], headers, body);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It is closed, which is all that was wanted.
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "scripted-engine");
    thread.setDaemon(true);
    return thread;
  }

  /** The connection to answer on. */
  public final class Wire {
    private final Socket socket;
    private final OutputStream out;
    private boolean closed;

    private Wire(Socket socket) throws IOException {
      this.socket = socket;
      this.out = socket.getOutputStream();
    }

    /** Bytes as they are. */
    public void raw(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    public void raw(String text) throws IOException {
      raw(text.getBytes(StandardCharsets.UTF_8));
    }

    public void json(int status, String body) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      raw(
          "HTTP/1.1 %d Scripted\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                  .formatted(status, bytes.length)
              + body);
    }

    /** The head of a stream of events. */
    public void events() throws IOException {
      raw(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n");
    }

    /** One HTTP chunk. */
    public void chunk(String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      raw(Integer.toHexString(bytes.length) + "\r\n" + text + "\r\n");
    }

    /** One event as one chunk. */
    public void event(String data) throws IOException {
      chunk("data: " + data + "\n\n");
    }

    /** The end of a chunked answer, without a closing event. */
    public void end() throws IOException {
      raw("0\r\n\r\n");
    }

    /** {@code [DONE]}, and the end. */
    public void done() throws IOException {
      event("[DONE]");
      end();
    }

    /** Breaks the connection as a killed process does. */
    public void cut() {
      closed = true;
      reset(socket);
    }

    /** Waits until the caller closes its side; fails when it does not within the limit. */
    public void awaitDeparture(Duration limit) throws IOException {
      socket.setSoTimeout((int) limit.toMillis());
      try {
        if (socket.getInputStream().read() >= 0) {
          throw new IOException("the caller sent more instead of leaving");
        }
      } catch (SocketException e) {
        // A reset is a departure too.
      }
      closed = true;
      departed.incrementAndGet();
    }
  }
}
