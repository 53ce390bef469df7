package io.remuda.gateway.http;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.auth.KeyCheck;
import io.remuda.gateway.edge.RecentRequests;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.typed.Protos;
import io.remuda.gateway.typed.SchemaCache;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.cluster.SystemConfig;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A gateway without an edge that knows of no registry: what it needs for requests to models. */
final class EdgelessFixture implements AutoCloseable {

  final EdgelessApi api;
  private final ActorSystem<Void> local;

  /**
   * @param http keys of {@code remuda.gateway.http}
   */
  EdgelessFixture(String http) throws Exception {
    Config config =
        ConfigFactory.parseString("remuda.gateway.http {" + http + "}")
            .withFallback(ApiFixture.config());
    local = ActorSystem.create(Behaviors.empty(), "edgeless", SystemConfig.local(config));
    Routes routes = new Routes();
    KeyMint mint = new KeyMint(ApiFixture.CLUSTER_KEY, new SecureRandom());
    api =
        new EdgelessApi(
            local,
            new ApiServer.Parts(
                new FleetClient(Duration.ofSeconds(1), local.executionContext()),
                routes,
                new KeyCheck(
                    false,
                    mint,
                    id -> routes.snapshot().access().get(id),
                    InstantSource.system(),
                    Optional.empty()),
                mint,
                ApiFixture.CLUSTER_KEY,
                Optional.empty(),
                () -> "",
                Optional.empty(),
                Optional.empty(),
                new RecentRequests(8),
                new SchemaCache(Protos.SETTINGS),
                new ScriptedTasks(config).api(),
                InstantSource.system()),
            HttpClient.newHttpClient());
  }

  @Override
  public void close() throws Exception {
    api.close();
    local.terminate();
    local.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
