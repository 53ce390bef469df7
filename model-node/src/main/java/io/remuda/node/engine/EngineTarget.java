package io.remuda.node.engine;

import java.net.URI;
import java.util.Map;

/**
 * Where an engine answers.
 *
 * @param base scheme, host and port, without a trailing slash
 * @param servedName the model's name as the engine knows it; a request's {@code model} has to be
 *     replaced by it when it differs from the public name
 * @param headers sent with every request, for instance a remote server's key; never logged
 */
public record EngineTarget(URI base, String servedName, Map<String, String> headers) {
  public EngineTarget {
    headers = Map.copyOf(headers);
  }

  /** An engine on this machine's loopback. */
  public static EngineTarget local(String host, int port, String name) {
    return new EngineTarget(URI.create("http://" + host + ":" + port), name, Map.of());
  }

  public URI at(String path) {
    return URI.create(base + path);
  }

  /** Without the headers, which may hold a key. */
  @Override
  public String toString() {
    return servedName + " at " + base;
  }
}
