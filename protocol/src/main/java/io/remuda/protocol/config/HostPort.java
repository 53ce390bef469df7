package io.remuda.protocol.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An address as operators write it: {@code host:port}, {@code [::1]:port}. "localhost" is kept as
 * 127.0.0.1, so that two spellings of one contact are equal. Port 0 asks for a free one.
 */
public record HostPort(String host, int port) {

  public HostPort {
    if (host.isEmpty() || port < 0 || port > 65_535) {
      throw new IllegalArgumentException("not an address: " + host + ":" + port);
    }
    if ("localhost".equalsIgnoreCase(host)) {
      host = "127.0.0.1";
    }
  }

  /** The address, or empty when {@code raw} is not host:port. */
  public static Optional<HostPort> parse(String raw) {
    String text = raw.trim();
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String bare = bracketed ? host.substring(1, host.length() - 1) : host;
    boolean shape = bracketed ? bare.matches("[0-9a-fA-F:.]+") : bare.matches("[A-Za-z0-9._-]+");
    return shape && port <= 65_535 ? Optional.of(new HostPort(bare, port)) : Optional.empty();
  }

  public HostPort withPort(int newPort) {
    return new HostPort(host, newPort);
  }

  /** Whether nothing outside this machine can reach it; a name that nobody knows is not. */
  public boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
