package io.remuda.protocol.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback address that nobody listens on.
 *
 * <p>They lie below the range that the system takes outgoing connections from: a port of that range
 * may be the near end of somebody's connection just when a node that was killed starts again on it,
 * and who connects to it while nobody listens can even meet himself. And below those of engines.
 *
 * <p>Ports asked for in one call differ from each other. Another process may still take one before
 * the caller does, so whatever listens on it reports its own start.
 */
public final class FreePort {

  private static final int LOWEST = 11_000;
  private static final int BEYOND = 26_000;
  private static final int TRIES = 1_000;

  private FreePort() {}

  public static int next() {
    return next(1)[0];
  }

  public static int[] next(int count) {
    Set<ServerSocket> held = new LinkedHashSet<>();
    try {
      for (int tries = 0; held.size() < count; tries++) {
        if (tries > TRIES * count) {
          throw new IllegalStateException("no free loopback port below " + BEYOND);
        }
        hold(ThreadLocalRandom.current().nextInt(LOWEST, BEYOND)).ifPresent(held::add);
      }
      return held.stream().mapToInt(ServerSocket::getLocalPort).toArray();
    } finally {
      held.forEach(FreePort::close);
    }
  }

  private static Optional<ServerSocket> hold(int port) {
    try {
      return Optional.of(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
    } catch (IOException taken) {
      return Optional.empty();
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
