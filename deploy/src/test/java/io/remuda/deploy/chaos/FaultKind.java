package io.remuda.deploy.chaos;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is broken, one after the other. */
enum FaultKind {
  ENGINE_KILLED("kill -9 of an engine", 1),
  MACHINE_KILLED("kill -9 of a model node; its engines live on", 1),
  GATEWAY_KILLED("kill -9 of one of two gateways", 1),
  REGISTRY_KILLED("kill -9 of one registry node"),
  REGISTRIES_AWAY("all registry nodes away"),
  MACHINE_LEAVES("SIGTERM to a model node"),
  MACHINE_PULLED("a machine's cable pulled out"),
  REGISTRY_PARTED("one registry node cut off from all other nodes"),
  REGISTRY_LINK_BROKEN("one link between two registry nodes broken, perhaps one way"),
  NODE_PAUSED("a model node, a gateway and a registry node stopped for 2.5 s"),
  REGISTRY_STALLED("a registry node stopped for 20 s, longer than it may be"),
  MACHINES_PAUSE_IN_TURN("two model nodes stopped in turn"),
  MACHINES_SILENT("60 % of the machines cut off for 20 s"),
  POSTGRES_STOPPED("PostgreSQL stopped for 20 s"),
  JOURNAL_REPLACED("all registry nodes back on an empty journal, which is then restored");

  private final String words;
  private final Optional<Duration> gap;

  FaultKind(String words) {
    this.words = words;
    this.gap = Optional.empty();
  }

  FaultKind(String words, int gapSeconds) {
    this.words = words;
    this.gap = Optional.of(Duration.ofSeconds(gapSeconds));
  }

  /**
   * Those that are played when none is named. One takes too long for the short form: twice as long
   * as all registry nodes away.
   *
   * @param brief of the short form
   */
  static List<FaultKind> all(boolean brief) {
    return Arrays.stream(values()).filter(kind -> !brief || kind != JOURNAL_REPLACED).toList();
  }

  String words() {
    return words;
  }

  /** The longest that a client may be without an answer, where that is promised. */
  Optional<Duration> gap() {
    return gap;
  }
}
