package io.remuda.node;

import com.typesafe.config.Config;
import io.remuda.node.engine.EngineLog;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontServer;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.front.KamonFrontMetrics;
import io.remuda.node.front.WorkerCalls;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.InstanceFolder;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.TableJson;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.DurableFile;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.metrics.Metrics;
import io.remuda.protocol.tls.FleetTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's front with its server, on the port that it had before where that is still free: a
 * gateway that comes up without a registry finds the machine where it left it.
 */
final class MachineDoor {

  private static final Logger log = LoggerFactory.getLogger(MachineDoor.class);
  private static final String PORT_FILE = "front.port";

  private final Front front;
  private final HostPort address;

  private MachineDoor(Front front, HostPort address) {
    this.front = front;
    this.address = address;
  }

  static MachineDoor open(
      NodeSettings settings,
      NodeHome home,
      Config config,
      Hosted hosted,
      InstanceFolder folders,
      WorkerCalls workers) {
    Front front = new Front(hosted, FrontSettings.from(config), new KamonFrontMetrics());
    String host = settings.bind().host();
    FrontServer.Pages pages = new Shown(hosted, folders, workers);
    Path file = home.dir().resolve(PORT_FILE);
    Optional<FleetTls> tls = FleetTls.find(home.dir(), config);
    int port = serve(front, pages, home.clusterKey(), tls, host, lastPort(file));
    keepPort(file, port);
    return new MachineDoor(front, new HostPort(settings.advertisedHost(), port));
  }

  /** For callers in this JVM. */
  Front front() {
    return front;
  }

  /** For gateways elsewhere. */
  HostPort address() {
    return address;
  }

  CompletionStage<Void> close() {
    return front.close();
  }

  private static int serve(
      Front front,
      FrontServer.Pages pages,
      String key,
      Optional<FleetTls> tls,
      String host,
      int wanted) {
    try {
      return FrontServer.start(front, pages, key, tls, host, wanted)
          .toCompletableFuture()
          .join()
          .port();
    } catch (CompletionException e) {
      if (wanted != 0) {
        return serve(front, pages, key, tls, host, 0);
      }
      throw new StartRefused(
          "The machine's front cannot listen on "
              + host
              + " ("
              + e.getCause()
              + "); give an address of this machine with --bind host:port.",
          e);
    }
  }

  private static int lastPort(Path file) {
    try {
      String text = Files.readString(file).strip();
      return text.matches("[0-9]{1,5}") ? Math.min(65_535, Integer.parseInt(text)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static void keepPort(Path file, int port) {
    try {
      DurableFile.write(file, port + "\n");
    } catch (IOException e) {
      log.warn("event=front-port-not-kept file={} reason={}", file, e.toString());
    }
  }

  /** What the front shows beside the instances. */
  private record Shown(Hosted hosted, InstanceFolder folders, WorkerCalls workers)
      implements FrontServer.Pages {
    @Override
    public String routes() {
      return TableJson.write(new RouteTable(hosted.routes()));
    }

    @Override
    public Optional<List<String>> logs(InstanceId instance, int lines) {
      Path folder = folders.of(instance);
      return hosted.find(instance).isPresent() || Files.isDirectory(folder)
          ? Optional.of(EngineLog.tail(folder.resolve("engine.log"), lines))
          : Optional.empty();
    }

    @Override
    public String metrics() {
      return Metrics.scrapeText();
    }
  }
}
