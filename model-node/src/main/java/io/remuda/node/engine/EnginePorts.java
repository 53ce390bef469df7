package io.remuda.node.engine;

import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for engines to listen on. An engine takes its port seconds or minutes after it was given
 * it, when its weights are read: so it is none of those that the system gives to whoever asks for
 * any, nor one that another engine was given a moment ago.
 */
final class EnginePorts {

  private static final int REMEMBERED = 64;
  private static final int TRIES = 1_000;

  private final EngineSettings settings;
  private final Set<Integer> handedOut = new LinkedHashSet<>();

  EnginePorts(EngineSettings settings) {
    this.settings = settings;
  }

  /** One that nobody listens on at this moment. */
  synchronized int next() throws EngineRefusal {
    String why = "each was given away a moment ago";
    for (int tries = 0; tries < TRIES; tries++) {
      int port =
          ThreadLocalRandom.current().nextInt(settings.lowestPort(), settings.highestPort() + 1);
      if (handedOut.contains(port)) {
        continue;
      }
      try (ServerSocket socket =
          new ServerSocket(port, 1, InetAddress.getByName(settings.host()))) {
        handedOut.add(socket.getLocalPort());
        if (handedOut.size() > Math.min(REMEMBERED, settings.ports() / 2)) {
          handedOut.remove(handedOut.iterator().next());
        }
        return port;
      } catch (BindException taken) {
        why = String.valueOf(taken.getMessage());
      } catch (IOException e) {
        throw refusal("no port can be taken: " + e.getMessage());
      }
    }
    throw refusal("no port of " + range() + " is free (" + why + ")");
  }

  private String range() {
    return settings.lowestPort() + " to " + settings.highestPort();
  }

  private EngineRefusal refusal(String why) {
    return new EngineRefusal(
        ErrorCode.ENGINE_FAILED,
        "the engine was not started: "
            + why
            + " on "
            + settings.host()
            + "; see remuda.node.engine.lowest-port");
  }
}
