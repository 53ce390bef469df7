package io.remuda.registry.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A way to a server on which its answers take as long as a test says, or that is cut. */
public final class SlowLink implements AutoCloseable {

  private final ServerSocket door;
  private final InetSocketAddress server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicInteger cuts = new AtomicInteger();
  private Duration delay = Duration.ZERO;
  private volatile Optional<String> cutAt = Optional.empty();

  public SlowLink(String host, int port) {
    this.server = new InetSocketAddress(host, port);
    try {
      this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    start(this::accept);
  }

  public int port() {
    return door.getLocalPort();
  }

  /** From now on each answer comes so much later; those that are held now go by it too. */
  public void answersAfter(Duration wait) {
    lock.lock();
    try {
      delay = wait;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * From now on a connection on which a client sends {@code text} is cut, before it is passed on.
   */
  public void isCutAt(String text) {
    cutAt = Optional.of(text);
  }

  /** How often that has happened. */
  public int cuts() {
    return cuts.get();
  }

  private void accept() {
    try {
      while (!door.isClosed()) {
        Socket client = keep(door.accept());
        Socket behind = keep(new Socket());
        behind.connect(server, 10_000);
        start(() -> pump(client, behind, false));
        start(() -> pump(behind, client, true));
      }
    } catch (IOException e) {
      close();
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    byte[] piece = new byte[16_384];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        if (answers) {
          hold();
        } else if (isCut(new String(piece, 0, read, StandardCharsets.ISO_8859_1))) {
          return;
        }
        out.write(piece, 0, read);
        out.flush();
      }
    } catch (IOException e) {
      // One of both has gone; the other is closed with it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private boolean isCut(String sent) {
    boolean cut = cutAt.filter(sent::contains).isPresent();
    if (cut) {
      cuts.incrementAndGet();
    }
    return cut;
  }

  private void hold() throws InterruptedException {
    long began = System.nanoTime();
    lock.lockInterruptibly();
    try {
      for (long left = delay.toNanos(); left > 0; ) {
        changed.awaitNanos(left);
        left = delay.toNanos() - (System.nanoTime() - began);
      }
    } finally {
      lock.unlock();
    }
  }

  private Socket keep(Socket socket) {
    open.add(socket);
    return socket;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "slow-link");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    answersAfter(Duration.ZERO);
    try {
      door.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
