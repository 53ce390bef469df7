package io.remuda.gateway.http;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.settings.ConnectionPoolSettings;
import akka.japi.Pair;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.MachineView;
import io.remuda.protocol.tls.FleetTls;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import scala.concurrent.duration.FiniteDuration;

/**
 * What engines wrote, read from their machines' fronts. An instance is found in the routes, which
 * needs no registry; one that never got that far is found through the registry.
 */
final class LogRoutes {

  static final Need NEED = Need.oneOf(Scope.DEPLOY, Scope.AUDIT);

  private static final int WINDOW = 1_000;
  private static final long LARGEST = 16L << 20;
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final ActorSystem<?> system;
  private final Http http;
  private final ConnectionPoolSettings pool;
  private final Materializer materializer;
  private final FleetClient fleet;
  private final Supplier<RouteSnapshot> known;
  private final String clusterKey;
  private final String scheme;
  private final HttpsConnectionContext encryption;
  private final Settling.Pause pause;
  private final OpenStreams open;
  private final ApiSettings settings;

  LogRoutes(
      ActorSystem<?> local,
      FleetClient fleet,
      Supplier<RouteSnapshot> known,
      String clusterKey,
      Optional<FleetTls> tls,
      Settling.Pause pause,
      OpenStreams open,
      ApiSettings settings) {
    this.system = local;
    this.http = Http.get(local);
    // A machine that is away is told at once; the next reader finds out anew.
    this.pool =
        ConnectionPoolSettings.create(local.classicSystem())
            .withMaxRetries(0)
            .withMaxConnectionBackoff(FiniteDuration.apply(1, TimeUnit.SECONDS));
    this.materializer = SystemMaterializer.get(local).materializer();
    this.fleet = fleet;
    this.known = known;
    this.clusterKey = clusterKey;
    this.scheme = tls.isPresent() ? "https://" : "http://";
    this.encryption =
        tls.map(own -> ConnectionContext.httpsClient(own::clientEngine))
            .orElse(http.defaultClientHttpsContext());
    this.pause = pause;
    this.open = open;
    this.settings = settings;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of(
                "GET",
                "/v1/deployments/{name}/logs",
                NEED,
                "deployments",
                "What its engines wrote",
                this::logs)
            .query("instance", "only this one")
            .query("lines", "so many last lines, 1 to 1000; 100 when left out")
            .query("follow", "true: go on with what is written from now on, of one instance"));
  }

  private CompletionStage<HttpResponse> logs(Call call) {
    ModelName name = call.model("name");
    int lines = (int) call.number("lines", 100, 1, WINDOW);
    boolean follow = call.flag("follow");
    Optional<String> wanted = call.query("instance");
    Map<InstanceId, String> fronts = fromRoutes(name);
    boolean found =
        wanted.isEmpty()
            ? !fronts.isEmpty()
            : fronts.keySet().stream().anyMatch(id -> id.toString().equals(wanted.get()));
    CompletionStage<Map<InstanceId, String>> all =
        found ? java.util.concurrent.CompletableFuture.completedStage(fronts) : fromRegistry(name);
    return all.thenCompose(instances -> read(name, chosen(instances, wanted), lines, follow));
  }

  private Map<InstanceId, String> fromRoutes(ModelName name) {
    Map<InstanceId, String> fronts = new TreeMap<>();
    for (Route route : known.get().find(name.value()).map(ModelEntry::routes).orElse(List.of())) {
      fronts.put(route.instance(), route.front());
    }
    return fronts;
  }

  private CompletionStage<Map<InstanceId, String>> fromRegistry(ModelName name) {
    return fleet
        .get(name)
        .thenCombine(
            fleet.machines(),
            (deployment, machines) -> {
              Map<MachineId, String> byMachine = new TreeMap<>();
              for (MachineView machine : machines) {
                machine
                    .report()
                    .ifPresent(report -> byMachine.put(machine.machine(), report.front()));
              }
              Map<InstanceId, String> fronts = new TreeMap<>();
              deployment
                  .instances()
                  .forEach(
                      instance ->
                          Optional.ofNullable(byMachine.get(instance.machine()))
                              .ifPresent(front -> fronts.put(instance.instance(), front)));
              return fronts;
            });
  }

  private static Map<InstanceId, String> chosen(
      Map<InstanceId, String> instances, Optional<String> wanted) {
    if (wanted.isEmpty()) {
      return instances;
    }
    Map<InstanceId, String> one = new TreeMap<>(instances);
    one.keySet().removeIf(id -> !id.toString().equals(wanted.get()));
    return one;
  }

  private CompletionStage<HttpResponse> read(
      ModelName name, Map<InstanceId, String> instances, int count, boolean follow) {
    if (instances.isEmpty()) {
      return Refusal.failed(
          ErrorCode.NOT_FOUND,
          "no such instance of '"
              + name
              + "' is on a machine in sight, so there are no logs; 'GET /v1/deployments/"
              + name
              + "/why' says why");
    }
    if (follow && instances.size() > 1) {
      return Refusal.failed(
          ErrorCode.INVALID_REQUEST,
          "only one instance can be followed; name it with ?instance=, one of "
              + String.join(", ", instances.keySet().stream().map(InstanceId::toString).toList()));
    }
    Source<ByteString, NotUsed> text =
        Source.from(List.copyOf(instances.entrySet()))
            .flatMapConcat(
                entry ->
                    heading(entry.getKey(), instances.size() > 1)
                        .concat(lines(entry.getKey(), entry.getValue(), count, follow)));
    return Replies.now(open.answer(ContentTypes.TEXT_PLAIN_UTF8, text));
  }

  private static Source<ByteString, NotUsed> heading(InstanceId id, boolean wanted) {
    return wanted ? Source.single(ByteString.fromString("==> " + id + " <==\n")) : Source.empty();
  }

  private Source<ByteString, NotUsed> lines(
      InstanceId id, String front, int count, boolean follow) {
    Source<ByteString, NotUsed> past =
        Source.lazyCompletionStage(() -> fetch(id, front, count))
            .map(lines -> text(lines))
            .recoverWithRetries(1, Throwable.class, () -> note(id, front))
            .mapMaterializedValue(ignored -> NotUsed.getInstance());
    return follow ? following(id, front, count) : past;
  }

  /** Looks again and again, and passes on what is new; ends when the instance is gone. */
  private Source<ByteString, NotUsed> following(InstanceId id, String front, int count) {
    return Source.unfoldAsync(
            LogTail.START,
            (LogTail seen) -> {
              CompletionStage<List<String>> looked =
                  seen.isStart()
                      ? fetch(id, front, count)
                      : pause.of(LOOK).thenCompose(done -> fetch(id, front, WINDOW));
              return looked.thenApply(
                  lines -> Optional.of(Pair.create(seen.with(lines), text(seen.newOf(lines)))));
            })
        .filter(news -> !news.isEmpty())
        .recoverWithRetries(1, Throwable.class, () -> note(id, front));
  }

  private CompletionStage<List<String>> fetch(InstanceId id, String front, int count) {
    HttpRequest request =
        HttpRequest.GET(scheme + front + "/internal/logs/" + id + "?tail=" + count)
            .addHeader(RawHeader.create(Keys.CLUSTER_KEY_HEADER, clusterKey));
    return http.singleRequest(request, encryption, pool, system.classicSystem().log())
        .thenCompose(
            response -> {
              if (response.status().isFailure()) {
                response.discardEntityBytes(materializer);
                throw Refusal.of(
                    ErrorCode.NOT_FOUND, "its machine answers " + response.status().intValue());
              }
              return response
                  .entity()
                  .withSizeLimit(LARGEST)
                  .toStrict(settings.askTimeout().toMillis(), materializer);
            })
        .thenApply(body -> body.getData().utf8String().lines().toList())
        .toCompletableFuture()
        .orTimeout(settings.askTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ByteString text(List<String> lines) {
    return lines.isEmpty()
        ? ByteString.emptyByteString()
        : ByteString.fromString(String.join("\n", lines) + "\n");
  }

  private static Source<ByteString, NotUsed> note(InstanceId id, String front) {
    return Source.single(
        ByteString.fromString("[no more logs of " + id + " from the machine at " + front + "]\n"));
  }
}
