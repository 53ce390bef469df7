package io.remuda.node.instance;

import io.remuda.node.engine.EngineTarget;
import io.remuda.protocol.bytes.InferencePort;
import java.net.URI;
import java.util.Map;

/** Where an instance's requests are worked on. */
public sealed interface Upstream {

  /**
   * An engine that speaks HTTP.
   *
   * @param base scheme, host and port, without a trailing slash
   * @param servedName the model's name as the engine knows it
   * @param headers sent with every request, for instance the engine's key; never logged
   * @param told whether it has to be told of a call that nobody waits for, since it does not see
   *     that the connection is closed
   */
  record Http(URI base, String servedName, Map<String, String> headers, boolean told)
      implements Upstream {
    public Http {
      headers = Map.copyOf(headers);
    }

    /** Of an engine that ends what it does when the connection is closed. */
    public Http(URI base, String servedName, Map<String, String> headers) {
      this(base, servedName, headers, false);
    }

    /** A model's host of ours. */
    static Http host(EngineTarget target) {
      return new Http(target.base(), target.servedName(), target.headers(), true);
    }

    static Http of(EngineTarget target) {
      return new Http(target.base(), target.servedName(), target.headers());
    }

    /** Without the headers, which may hold a key. */
    @Override
    public String toString() {
      return servedName + " at " + base;
    }
  }

  /** Whether an engine at {@code base} speaks TLS. */
  static boolean isEncrypted(URI base) {
    return "https".equals(base.getScheme());
  }

  /** The port of an engine at {@code base}, also where that names none. */
  static int port(URI base) {
    return base.getPort() >= 0 ? base.getPort() : isEncrypted(base) ? 443 : 80;
  }

  /** A model in this JVM. */
  record InJvm(InferencePort engine) implements Upstream {}

  /** Nothing yet, or nothing any more. */
  record Absent() implements Upstream {}
}
