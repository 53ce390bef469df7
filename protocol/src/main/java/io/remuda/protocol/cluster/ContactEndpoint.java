package io.remuda.protocol.cluster;

import akka.Done;
import akka.NotUsed;
import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.japi.Pair;
import akka.japi.function.Function;
import akka.management.javadsl.AkkaManagement;
import akka.stream.KillSwitches;
import akka.stream.TLSClosing;
import akka.stream.TLSProtocol.SslTlsInbound;
import akka.stream.TLSProtocol.SslTlsOutbound;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.TLS$;
import akka.stream.javadsl.TLSPlacebo;
import akka.stream.javadsl.Tcp;
import akka.util.ByteString;
import com.typesafe.config.Config;
import io.remuda.protocol.Keys;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.tls.FleetTls;
import io.remuda.protocol.tls.WatchedEngine;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Where other nodes ask for the fleet: the routes of akka-management, over TLS when the node has a
 * certificate. It knows who asks before any route does, so that it can turn away who does not
 * belong here, and tell operators of it.
 */
final class ContactEndpoint {

  private static final byte TLS_HANDSHAKE = 0x16;

  private final ActorSystem<?> system;
  private final Optional<FleetTls> tls;
  private final RefusedPeers refused;
  private final Greeting own;
  private final TwinPolicy twins;
  private final Duration idle;
  private final Duration firstRequest;
  private final int connections;
  private final int backlog;

  ContactEndpoint(
      ActorSystem<?> system, Optional<FleetTls> tls, RefusedPeers refused, Greeting own) {
    this.system = system;
    this.tls = tls;
    this.refused = refused;
    this.own = own;
    Config config = system.settings().config();
    this.twins = new TwinPolicy(config.getDuration("remuda.cluster.twin-patience"));
    this.idle = config.getDuration("remuda.cluster.contact-idle-timeout");
    this.firstRequest = config.getDuration("remuda.cluster.contact-request-timeout");
    this.connections = config.getInt("remuda.cluster.contact-connections");
    this.backlog = config.getInt("remuda.cluster.contact-backlog");
  }

  /**
   * Listens; also makes this node's own questions to others go over TLS where it has that.
   *
   * @param onEnd called when it does not listen any more, with the reason where there is one
   */
  CompletionStage<Tcp.ServerBinding> listen(
      String host, int port, Consumer<Optional<Throwable>> onEnd) {
    AkkaManagement management = AkkaManagement.get(system);
    Function<HttpRequest, CompletionStage<HttpResponse>> routes;
    if (tls.isPresent()) {
      FleetTls fleet = tls.get();
      Http.get(system)
          .setDefaultClientHttpsContext(ConnectionContext.httpsClient(fleet::clientEngine));
      routes =
          management
              .getRoutes(
                  settings ->
                      settings.withHttpsConnectionContext(
                          ConnectionContext.httpsServer(fleet::serverEngine)))
              .function(system);
    } else {
      routes = management.getRoutes().function(system);
    }
    Pair<CompletionStage<Tcp.ServerBinding>, CompletionStage<Done>> running =
        Tcp.get(system)
            .bind(host, port, backlog, List.of(), false, Optional.of(idle))
            .mapAsyncUnordered(connections, connection -> serve(connection, routes))
            .toMat(Sink.ignore(), Keep.both())
            .run(system);
    // A port that could not be taken in the first place is said to who asked for it.
    return running
        .first()
        .whenComplete(
            (binding, taken) -> {
              if (taken == null) {
                var unused =
                    running
                        .second()
                        .whenComplete((done, why) -> onEnd.accept(Optional.ofNullable(why)));
              }
            });
  }

  /** Completes, never with a failure, when the connection has ended. */
  private CompletionStage<Boolean> serve(
      Tcp.IncomingConnection connection,
      Function<HttpRequest, CompletionStage<HttpResponse>> routes) {
    String remote = connection.remoteAddress().getAddress().getHostAddress();
    AtomicBoolean asked = new AtomicBoolean();
    Flow<ByteString, ByteString, NotUsed> http =
        Flow.of(HttpRequest.class)
            .mapAsync(
                1,
                request -> {
                  asked.set(true);
                  return answer(remote, request, routes);
                })
            .join(Http.get(system).serverLayer().atop(crypt(remote)));
    Flow<ByteString, ByteString, NotUsed> looked =
        tls.isPresent() ? http : Flow.<ByteString>create().map(notTls(remote)).via(http);
    Pair<UniqueKillSwitch, CompletionStage<Done>> running =
        connection.handleWith(
            looked.viaMat(KillSwitches.single(), Keep.right()).watchTermination(Keep.both()),
            system);
    // Not the idle timeout: a handshake that drips a byte now and then would hold its place.
    Cancellable limit =
        system
            .scheduler()
            .scheduleOnce(
                firstRequest,
                () -> {
                  if (!asked.get()) {
                    running.first().abort(new TimeoutException("no request in time"));
                  }
                },
                system.executionContext());
    return running
        .second()
        .handle(
            (done, broken) -> {
              limit.cancel();
              return broken == null;
            });
  }

  @SuppressWarnings("unchecked") // What the placebo gives is a kind of what is asked for.
  private BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> crypt(
      String remote) {
    if (tls.isEmpty()) {
      return (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed>)
          (Object) TLSPlacebo.getInstance();
    }
    return TLS$.MODULE$.create(
        () ->
            new WatchedEngine(
                tls.get().serverEngine(),
                failure -> refused.tell(system, remote, RefusedPeers.reason(failure))),
        TLSClosing.eagerClose());
  }

  /** A node with a certificate that asks one without: the answer would be lost on it. */
  private Function<ByteString, ByteString> notTls(String remote) {
    return bytes -> {
      if (!bytes.isEmpty() && bytes.apply(0) == TLS_HANDSHAKE) {
        refused.tell(
            system,
            remote,
            "it speaks TLS, and this node has no certificate; give all nodes of the fleet a join"
                + " token, or none");
      }
      return bytes;
    };
  }

  private CompletionStage<HttpResponse> answer(
      String remote,
      HttpRequest request,
      Function<HttpRequest, CompletionStage<HttpResponse>> routes)
      throws Exception {
    Optional<Greeting> asking =
        request.getHeader("User-Agent").flatMap(header -> Greeting.parse(header.value()));
    if (asking.isPresent()) {
      if (!asking.get().cluster().equals(own.cluster())) {
        // Answered all the same: it says to its own operator whose fleet it has met.
        refused.tell(
            system,
            remote,
            "it is of the cluster '"
                + asking.get().cluster()
                + "', this node of '"
                + own.cluster()
                + "'; give both the same remuda.cluster.name, or take one off the other's seeds");
      }
      Map<MachineId, String> living = living();
      Optional<String> reason = AdmissionPolicy.refusal(own, asking.get(), living.keySet());
      if (reason.isPresent()) {
        if (isWorthTelling(asking.get(), living)) {
          refused.tell(system, remote, reason.get());
        }
        return CompletableFuture.completedFuture(
            HttpResponse.create()
                .withStatus(StatusCodes.CONFLICT)
                .withEntity("refused: " + reason.get() + "\n"));
      }
    }
    return routes.apply(request);
  }

  /**
   * A machine that was killed and comes back meets its former self for a moment; that is none. Nor
   * is one whose cluster system was built anew in the same process, however long the fleet takes to
   * see that the former one is gone.
   */
  private boolean isWorthTelling(Greeting asking, Map<MachineId, String> living) {
    if (asking.machine().isEmpty() || asking.protocol() != own.protocol()) {
      return true;
    }
    MachineId machine = asking.machine().get();
    boolean itself = asking.life().filter(life -> life.equals(living.get(machine))).isPresent();
    return !itself && twins.isTwin(machine, living.keySet(), System.nanoTime());
  }

  /** Machines that are members now and answer, each with its process; "" where it does not say. */
  private Map<MachineId, String> living() {
    Map<MachineId, String> found = new HashMap<>();
    var state = Cluster.get(system).state();
    for (Member member : state.getMembers()) {
      if (member.status().equals(MemberStatus.up()) && !state.getUnreachable().contains(member)) {
        String life = Keys.lifeOf(member.getRoles()).orElse("");
        Keys.machineOf(member.getRoles()).ifPresent(machine -> found.put(machine, life));
      }
    }
    return found;
  }
}
