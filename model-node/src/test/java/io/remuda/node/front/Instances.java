package io.remuda.node.front;

import com.typesafe.config.ConfigFactory;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Hosted instances with sane defaults, for tests. */
final class Instances {

  private Instances() {}

  static FrontSettings settings() {
    return FrontSettings.from(ConfigFactory.load());
  }

  static HostedInstance ready(InstanceId id, Gate gate, URI engine) {
    return ready(id, gate, new Upstream.Http(engine, id.model().value(), Map.of()));
  }

  static HostedInstance ready(InstanceId id, Gate gate, Upstream upstream) {
    return new HostedInstance(
        id,
        "command",
        Phase.READY,
        100,
        Optional.empty(),
        gate,
        upstream,
        true,
        Set.of(),
        Optional.empty(),
        new AtomicLong());
  }

  static Gate gate(int slots, int queue) {
    Gate gate = new Gate(slots, queue);
    gate.open();
    return gate;
  }
}
