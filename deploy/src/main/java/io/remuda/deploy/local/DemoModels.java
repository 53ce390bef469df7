package io.remuda.deploy.local;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import com.typesafe.config.Config;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Routes;
import io.remuda.node.engine.EngineFinder;
import io.remuda.node.engine.EngineProfiles;
import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.engine.EngineSettings;
import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.ModelSpec;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The two models with which {@code up} shows what it is: {@code demo}, a language model counted
 * from our own text, on a real engine where there is one; and {@code sentiment}, a small
 * classifier.
 */
final class DemoModels {

  static final ModelName DEMO = new ModelName("demo");
  static final ModelName SENTIMENT = new ModelName("sentiment");

  private static final String FILE = "demo.gguf";
  private static final String LLAMA = "llama-server";
  private static final String JVM = "jvm";
  private static final Duration STEP = Duration.ofMillis(20);
  private static final Duration ASK_LIMIT = Duration.ofSeconds(2);

  private final NodeHome home;
  private final Config config;
  private final Consumer<String> say;

  DemoModels(NodeHome home, Config config, Consumer<String> say) {
    this.home = home;
    this.config = config;
    this.say = say;
  }

  /** Declares them where they are not, and waits until an instance of each is served. */
  void deploy(ActorSystem<Void> system, Routes routes, long endNanos) {
    EngineOffer llama = offer();
    ModelSpec demo =
        llama.available()
            ? ModelSpec.of(DEMO, LLAMA, Optional.of(writeFile()))
                // More threads on so small a model only wait for each other.
                .withArguments(Map.of("threads", "1"))
            : ModelSpec.of(DEMO, JVM, Optional.empty());
    ModelSpec sentiment = ModelSpec.of(SENTIMENT, JVM, Optional.empty());
    for (ModelSpec spec : List.of(demo, sentiment)) {
      declare(system, spec, endNanos);
    }
    say.accept(
        llama.available()
            ? "demo runs on llama-server" + llama.version().map(v -> " " + v).orElse("")
            : "demo runs on jvm, a text generator of ours: " + llama.reason().orElse(""));
    for (ModelSpec spec : List.of(demo, sentiment)) {
      awaitServed(system, spec.name(), routes, endNanos);
    }
  }

  private EngineOffer offer() {
    try {
      return new EngineFinder(EngineSettings.from(config), config)
          .offer(EngineProfiles.from(config).get(LLAMA));
    } catch (EngineRefusal e) {
      return new EngineOffer(
          LLAMA, false, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  /** The demo's file under the first model root, written now when it is not there. */
  private String writeFile() {
    List<String> roots = config.getStringList("remuda.node.model-roots");
    Path root = roots.isEmpty() ? home.dir().resolve("models") : Path.of(roots.get(0));
    Path file = root.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(root);
        Path half = root.resolve(FILE + ".part");
        BigramModel.ofDemoCorpus().writeGguf(half);
        move(half, file);
      }
      return FILE;
    } catch (IOException e) {
      throw new StartRefused(
          "The demo model cannot be written to "
              + file
              + " ("
              + e.getMessage()
              + "); make room, or start with --no-demo.",
          e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * What somebody changed or stopped since stays as it is; only a demo on the other engine is
   * moved, because an engine has been installed or removed.
   */
  private void declare(ActorSystem<Void> system, ModelSpec spec, long endNanos) {
    while (true) {
      RegistryProtocol.Reply there =
          ask(
              system,
              spec.name(),
              replyTo -> new RegistryProtocol.Get(spec.name(), replyTo),
              endNanos);
      Optional<DeploymentView> view = there.deployment();
      if (view.isPresent() && view.get().spec().engine().equals(spec.engine())) {
        return;
      }
      boolean absent =
          there
              .refused()
              .filter(r -> r.code() == ErrorCode.NOT_FOUND || r.code() == ErrorCode.MODEL_NOT_FOUND)
              .isPresent();
      if (view.isPresent() || absent) {
        Optional<Long> seen = view.map(DeploymentView::version);
        RegistryProtocol.Reply reply =
            ask(
                system,
                spec.name(),
                replyTo -> new RegistryProtocol.Deploy(spec, seen, false, replyTo),
                endNanos);
        if (reply.refused().isEmpty()) {
          return;
        }
        there = reply;
      }
      if (System.nanoTime() - endNanos >= 0) {
        throw notReady(spec.name(), there.refused().map(r -> r.message()).orElse("no answer"));
      }
      pause();
    }
  }

  /**
   * Waits until the gateway has a route, and the registry says that something is ready: after a
   * crash the gateway knows the routes of its last life, whose engines may not be back yet.
   */
  private void awaitServed(ActorSystem<Void> system, ModelName name, Routes routes, long endNanos) {
    while (true) {
      Optional<ModelEntry> entry = routes.snapshot().find(name.value());
      if (entry.filter(found -> found.readyCount() > 0 && isServed(found)).isPresent()
          && ask(system, name, to -> new RegistryProtocol.Get(name, to), endNanos)
              .deployment()
              .filter(view -> view.ready() > 0)
              .isPresent()) {
        return;
      }
      if (entry.flatMap(ModelEntry::listing).filter(l -> l.replicas() == 0).isPresent()) {
        say.accept(name + " is stopped; './remuda scale " + name + " 1' starts it");
        return;
      }
      if (System.nanoTime() - endNanos >= 0) {
        String why =
            entry
                .flatMap(ModelEntry::listing)
                .map(l -> l.phase() + l.reason().map(r -> ": " + r).orElse(""))
                .orElse("not placed");
        throw notReady(name, why);
      }
      pause();
    }
  }

  private static boolean isServed(ModelEntry entry) {
    return entry.listing().filter(listing -> listing.ready() > 0).isPresent();
  }

  private static RegistryProtocol.Reply ask(
      ActorSystem<Void> system,
      ModelName name,
      Function<ActorRef<RegistryProtocol.Reply>, RegistryProtocol.Command> message,
      long endNanos) {
    while (true) {
      try {
        return ClusterSharding.get(system)
            .entityRefFor(RegistryProtocol.TYPE_KEY, name.value())
            .ask(message::apply, ASK_LIMIT)
            .toCompletableFuture()
            .get(ASK_LIMIT.toMillis() + 100, TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException | RuntimeException e) {
        // The registry of so young a system has not taken its place yet.
        if (System.nanoTime() - endNanos >= 0) {
          throw notReady(name, "the registry does not answer (" + e.getMessage() + ")");
        }
        pause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StartRefused("The start was interrupted.", e);
      }
    }
  }

  private static StartRefused notReady(ModelName name, String why) {
    return new StartRefused(
        "It is not ready: the model "
            + name
            + " is not served within remuda.launch.ready-limit ("
            + why
            + "). The log in the data directory says more.");
  }

  private static void pause() {
    LockSupport.parkNanos(STEP.toNanos());
  }
}
