package io.remuda.deploy.bytepath;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
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
import io.remuda.protocol.testing.InferencePortContract;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;

/** A gateway's client and a machine's server together keep the contract that the front keeps. */
class RemotePortTest extends InferencePortContract {

  private static final String KEY = "the-cluster-key";

  private final Config config = ConfigFactory.load();
  private final Hosted hosted = new Hosted();
  private final Gate gate = new Gate(2, 0);
  private final Front front = new Front(hosted, FrontSettings.from(config), FrontMetrics.NONE);
  private final FrontServer server =
      FrontServer.start(front, new NoPages(), KEY, "127.0.0.1", 0).toCompletableFuture().join();
  private final RemotePorts ports =
      new RemotePorts(FrontClientSettings.from(config), KEY, Optional.empty(), Optional.empty());

  @Override
  protected InferencePort port(URI engine) {
    gate.open();
    hosted.put(
        new HostedInstance(
            INSTANCE,
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
            INSTANCE,
            new MachineId("m1"),
            1,
            1,
            Phase.READY,
            "127.0.0.1:" + server.port(),
            2,
            Set.of(),
            true,
            -1,
            Optional.empty()));
  }

  @Override
  protected int inFlight() {
    return gate.inFlight();
  }

  @AfterEach
  void close() {
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
