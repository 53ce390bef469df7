package io.remuda.deploy.bytepath;

import com.typesafe.config.Config;
import io.remuda.gateway.edge.FrontClientSettings;
import io.remuda.gateway.edge.RemotePorts;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontMetrics;
import io.remuda.node.front.FrontServer;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.Route;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.tls.FleetTls;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** A machine's server with one instance of two slots behind it, and a gateway's client of it. */
final class RemoteHop implements AutoCloseable {

  private static final String KEY = "the-cluster-key";

  private final Hosted hosted = new Hosted();
  private final Gate gate = new Gate(2, 0);
  private final Front front;
  private final FrontServer server;
  private final RemotePorts ports;

  /** Without certificates both speak in the clear. */
  RemoteHop(Config config, Optional<FleetTls> machine, Optional<FleetTls> gateway) {
    this.front = new Front(hosted, FrontSettings.from(config), FrontMetrics.NONE);
    this.server =
        FrontServer.start(front, new NoPages(), KEY, machine, "127.0.0.1", 0)
            .toCompletableFuture()
            .join();
    this.ports =
        new RemotePorts(
            FrontClientSettings.from(config), KEY, Optional.empty(), Optional.empty(), gateway);
  }

  /** The gateway's way to this instance, whose engine answers there. */
  InferencePort port(InstanceId instance, URI engine) {
    gate.open();
    hosted.put(
        new HostedInstance(
            instance,
            "command",
            Phase.READY,
            100,
            Optional.empty(),
            gate,
            new Upstream.Http(engine, "bench", Map.of()),
            true,
            Set.of(),
            Optional.empty(),
            new AtomicLong()));
    return ports.of(
        new Route(
            instance,
            new MachineId("m1"),
            1,
            1,
            Phase.READY,
            "127.0.0.1:" + server.port(),
            2,
            Set.of(),
            true,
            -1,
            Optional.empty(),
            0));
  }

  int inFlight() {
    return gate.inFlight();
  }

  /** On which the machine's server listens. */
  int listeningOn() {
    return server.port();
  }

  @Override
  public void close() {
    ports.close().toCompletableFuture().join();
    front.close().toCompletableFuture().join();
  }

  private static final class NoPages implements FrontServer.Pages {
    @Override
    public String routes() {
      return "";
    }

    @Override
    public Optional<List<String>> logs(InstanceId instance, int lines) {
      return Optional.empty();
    }

    @Override
    public String metrics() {
      return "";
    }
  }
}
