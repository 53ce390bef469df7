package io.remuda.protocol.cluster;

import io.remuda.protocol.Keys;
import io.remuda.protocol.id.MachineId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node says of itself when it asks a contact for its fleet; it travels as the request's
 * {@code User-Agent}, the only part of it that akka-management leaves to us.
 *
 * @param protocol the version of all that nodes say to each other
 * @param machine of a model node
 * @param life of the process that asks, where it says so: a cluster system that it had before is of
 *     the same one
 */
record Greeting(int protocol, String cluster, Optional<MachineId> machine, Optional<String> life) {

  private static final Pattern SHAPE =
      Pattern.compile(
          "remuda/(\\d{1,6}) \\(cluster=([a-zA-Z0-9-]{1,40})(?:; machine=([a-z0-9-]{1,40}))?"
              + "(?:; life=([a-z0-9]{1,40}))?\\)");

  Greeting(int protocol, String cluster, Optional<MachineId> machine) {
    this(protocol, cluster, machine, Optional.empty());
  }

  static Greeting of(NodeSettings settings, int protocol) {
    return new Greeting(
        protocol,
        settings.clusterName(),
        Keys.machineOf(settings.roles()),
        Keys.lifeOf(settings.roles()));
  }

  /** Empty when {@code userAgent} is none of ours. */
  static Optional<Greeting> parse(String userAgent) {
    Matcher read = SHAPE.matcher(userAgent);
    return read.matches()
        ? Optional.of(
            new Greeting(
                Integer.parseInt(read.group(1)),
                read.group(2),
                Optional.ofNullable(read.group(3)).flatMap(MachineId::parse),
                Optional.ofNullable(read.group(4))))
        : Optional.empty();
  }

  String userAgent() {
    return "remuda/"
        + protocol
        + " (cluster="
        + cluster
        + machine.map(id -> "; machine=" + id).orElse("")
        + life.map(of -> "; life=" + of).orElse("")
        + ")";
  }
}
