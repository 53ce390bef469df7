package io.remuda.deploy.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A network of hosts on one bridge, each a network namespace with an address of its own; this
 * process sits at the bridge. Everything between two hosts can be lost, in both directions or in
 * one.
 *
 * <p>A host that shall not reach another one gets a wrong hardware address for it, so that what it
 * sends is lost without a word, as on a broken link. That needs no packet filter.
 */
final class Network {

  /** Where this process answers. */
  static final String HUB = "10.77.0.254";

  private static final String NOBODY = "02:00:00:00:00:66";
  private static final long COMMAND_SECONDS = 20;

  /**
   * The first host's number. All have two digits, so that addresses sort as hosts were added: a
   * contact endpoint names no more than five members, the lowest addresses first, and of five
   * registry nodes, which are added first, it has to name all.
   */
  private static final int FIRST = 11;

  private final Map<String, String> addresses = new TreeMap<>();

  Network() {
    run(List.of("link add hub type bridge", "addr add " + HUB + "/24 dev hub", "link set hub up"));
  }

  /** Adds a host and returns its address. */
  String host(String name) {
    int number = FIRST + addresses.size();
    String address = "10.77.0." + number;
    addresses.put(name, address);
    run(List.of("netns add " + name));
    run(
        List.of(
            "link add " + cable(name) + " type veth peer name eth0 netns " + name,
            "link set " + cable(name) + " master hub up"));
    runOn(
        name,
        List.of("link set lo up", "addr add " + address + "/24 dev eth0", "link set eth0 up"));
    return address;
  }

  String address(String host) {
    return Objects.requireNonNull(addresses.get(host), host);
  }

  /** What makes a command run on that host. */
  static List<String> on(String host) {
    return List.of("ip", "netns", "exec", host);
  }

  /** Nothing that {@code from} sends reaches {@code to} any more. */
  void cut(String from, String to) {
    runOn(
        from,
        List.of(
            "neigh replace %s lladdr %s dev eth0 nud permanent".formatted(address(to), NOBODY)));
  }

  void mend(String from, String to) {
    runOn(from, List.of("neigh del %s dev eth0".formatted(address(to))));
  }

  /** Nothing passes between the two sides, in any direction. */
  void part(Collection<String> one, Collection<String> other) {
    both(one, other).forEach(pair -> cut(pair.get(0), pair.get(1)));
  }

  /** Undoes {@link #part}. */
  void join(Collection<String> one, Collection<String> other) {
    both(one, other).forEach(pair -> mend(pair.get(0), pair.get(1)));
  }

  /** Pulls the host's cable out. */
  void pull(String host) {
    run(List.of("link set " + cable(host) + " nomaster"));
  }

  void plug(String host) {
    run(List.of("link set " + cable(host) + " master hub"));
  }

  private static List<List<String>> both(Collection<String> one, Collection<String> other) {
    List<List<String>> pairs = new ArrayList<>();
    for (String a : one) {
      for (String b : other) {
        pairs.add(List.of(a, b));
        pairs.add(List.of(b, a));
      }
    }
    return pairs;
  }

  /** The name of its end at the bridge; names of interfaces are at most 15 characters. */
  private static String cable(String host) {
    return "v-" + host;
  }

  private static void run(List<String> lines) {
    run(List.of("ip", "-batch", "-"), lines);
  }

  private static void runOn(String host, List<String> lines) {
    run(List.of("ip", "-n", host, "-batch", "-"), lines);
  }

  private static void run(List<String> command, List<String> lines) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
        in.write(String.join("\n", lines) + "\n");
      }
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " of " + lines + " failed: " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
