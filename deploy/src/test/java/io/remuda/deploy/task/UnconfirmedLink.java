package io.remuda.deploy.task;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to the broker that can keep confirms from the connections that are open, and from no later
 * one: what a channel sees whose queue had no leader. Or answers to declarations, from all of them.
 */
final class UnconfirmedLink implements AutoCloseable {

  private static final int METHOD = 1;
  private static final int EXCHANGE = 40;
  private static final int DECLARE_OK = 11;
  private static final int BASIC = 60;
  private static final int ACK = 80;

  private final String host;
  private final int port;
  private final Runnable onKept;
  private final ServerSocket listening;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Socket> unconfirmed = ConcurrentHashMap.newKeySet();
  private final AtomicInteger made = new AtomicInteger();
  private volatile boolean declaring = true;

  /**
   * @param onKept called at each confirm that is kept
   */
  UnconfirmedLink(String host, int port, Runnable onKept) {
    this.host = host;
    this.port = port;
    this.onKept = onKept;
    try {
      this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("accept", this::accept);
  }

  String url() {
    return "amqp://guest:guest@127.0.0.1:" + listening.getLocalPort();
  }

  /** From now on those that are open get no confirm. */
  void keepConfirms() {
    unconfirmed.addAll(open);
  }

  /** Whether declarations are answered. */
  void answersDeclarations(boolean answered) {
    declaring = answered;
  }

  /** Connections that were made so far. */
  int made() {
    return made.get();
  }

  /** Connections that are open now. */
  int open() {
    return open.size();
  }

  /** Ends all connections, as an operator of the broker would. */
  void cut() {
    open.forEach(UnconfirmedLink::end);
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listening.accept();
      Socket server = new Socket(InetAddress.getByName(host), port);
      open.add(client);
      made.incrementAndGet();
      run("to-broker", () -> copy(client, server));
      run("to-client", () -> frames(server, client));
    }
  }

  private void copy(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } finally {
      open.remove(from);
    }
  }

  private void frames(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      DataInputStream in = new DataInputStream(from.getInputStream());
      DataOutputStream out = new DataOutputStream(to.getOutputStream());
      while (true) {
        byte[] head = in.readNBytes(7);
        if (head.length < 7) {
          return;
        }
        byte[] body = in.readNBytes(ByteBuffer.wrap(head).getInt(3) + 1);
        ByteBuffer method = ByteBuffer.wrap(body);
        if (head[0] == METHOD
            && method.getShort(0) == BASIC
            && method.getShort(2) == ACK
            && unconfirmed.contains(to)) {
          onKept.run();
          continue;
        }
        if (!declaring
            && head[0] == METHOD
            && method.getShort(0) == EXCHANGE
            && method.getShort(2) == DECLARE_OK) {
          continue;
        }
        out.write(head);
        out.write(body);
        out.flush();
      }
    }
  }

  /** Something that ends when its socket does. */
  private interface Copying {
    void run() throws IOException;
  }

  private static void run(String name, Copying copying) {
    Thread thread =
        new Thread(
            () -> {
              try {
                copying.run();
              } catch (IOException closed) {
                // One side has ended; the other is closed by the one who saw it.
              }
            },
            "unconfirmed-link-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    end(listening);
    cut();
  }

  private static void end(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
