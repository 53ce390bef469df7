package io.remuda.protocol.cluster;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.japi.function.Function;
import akka.management.javadsl.AkkaManagement;
import akka.stream.TLSClosing;
import akka.stream.TLSProtocol.SslTlsInbound;
import akka.stream.TLSProtocol.SslTlsOutbound;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.TLS$;
import akka.stream.javadsl.TLSPlacebo;
import akka.stream.javadsl.Tcp;
import akka.util.ByteString;
import io.remuda.protocol.Keys;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.tls.FleetTls;
import io.remuda.protocol.tls.WatchedEngine;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where other nodes ask for the fleet: the routes of akka-management, over TLS when the node has a
 * certificate. It knows who asks before any route does, so that it can turn away who does not
 * belong here, and tell operators of it.
 */
final class ContactEndpoint {

  private static final int CONNECTIONS = 1024;
  private static final int BACKLOG = 100;
  private static final byte TLS_HANDSHAKE = 0x16;

  private final ActorSystem<?> system;
  private final Optional<FleetTls> tls;
  private final RefusedPeers refused;
  private final Greeting own;
  private final Duration patience;
  private final Duration idle;

  /** Since when a machine that is a member already has been asking, by its id. */
  private final Map<MachineId, Long> twins = new ConcurrentHashMap<>();

  ContactEndpoint(
      ActorSystem<?> system, Optional<FleetTls> tls, RefusedPeers refused, Greeting own) {
    this.system = system;
    this.tls = tls;
    this.refused = refused;
    this.own = own;
    this.patience = system.settings().config().getDuration("remuda.cluster.twin-patience");
    this.idle = system.settings().config().getDuration("remuda.cluster.contact-idle-timeout");
  }

  /** Listens; also makes this node's own questions to others go over TLS where it has that. */
  CompletionStage<Tcp.ServerBinding> listen(String host, int port) {
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
    return Tcp.get(system)
        .bind(host, port, BACKLOG, List.of(), false, Optional.of(idle))
        .mapAsyncUnordered(CONNECTIONS, connection -> serve(connection, routes))
        .to(Sink.ignore())
        .run(system);
  }

  /** Completes, never with a failure, when the connection has ended. */
  private CompletionStage<Boolean> serve(
      Tcp.IncomingConnection connection,
      Function<HttpRequest, CompletionStage<HttpResponse>> routes) {
    String remote = connection.remoteAddress().getAddress().getHostAddress();
    Flow<ByteString, ByteString, NotUsed> http =
        Flow.of(HttpRequest.class)
            .mapAsync(1, request -> answer(remote, request, routes))
            .join(Http.get(system).serverLayer().atop(crypt(remote)));
    Flow<ByteString, ByteString, NotUsed> looked =
        tls.isPresent() ? http : Flow.<ByteString>create().map(notTls(remote)).via(http);
    return connection
        .handleWith(looked.watchTermination(Keep.right()), system)
        .handle((done, broken) -> broken == null);
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
      Optional<String> reason = AdmissionPolicy.refusal(own, asking.get(), living());
      if (reason.isPresent()) {
        if (isWorthTelling(asking.get())) {
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

  /** A machine that was killed and comes back meets its former self for a moment; that is none. */
  private boolean isWorthTelling(Greeting asking) {
    if (asking.machine().isEmpty() || asking.protocol() != own.protocol()) {
      return true;
    }
    long now = System.nanoTime();
    twins.keySet().retainAll(living());
    long since = twins.computeIfAbsent(asking.machine().get(), id -> now);
    return now - since >= patience.toNanos();
  }

  private Set<MachineId> living() {
    Set<MachineId> found = new HashSet<>();
    var state = Cluster.get(system).state();
    for (Member member : state.getMembers()) {
      if (member.status().equals(MemberStatus.up()) && !state.getUnreachable().contains(member)) {
        Keys.machineOf(member.getRoles()).ifPresent(found::add);
      }
    }
    return found;
  }
}
