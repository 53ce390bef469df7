package io.remuda.node.agent;

import akka.actor.typed.ActorRef;
import io.remuda.node.instance.Hosted;
import io.remuda.protocol.Route;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What a machine says of itself, and to whom: reports and routes to the newest cluster system's
 * port, routes to the byte path too. Belongs to one actor.
 */
final class Reports {
  private final AgentSettings settings;
  private final long incarnation;
  private final Hosted hosted;
  private final Instances instances;
  private final Books books;
  private final Supplier<Long> nanoTime;
  private final MachineMetrics metrics = new MachineMetrics();
  private Optional<ActorRef<NodePort.Command>> port = Optional.empty();
  private List<EngineOffer> offers = List.of();
  private long sequence;

  Reports(
      AgentSettings settings,
      long incarnation,
      Hosted hosted,
      Instances instances,
      Books books,
      Supplier<Long> nanoTime) {
    this.settings = settings;
    this.incarnation = incarnation;
    this.hosted = hosted;
    this.instances = instances;
    this.books = books;
    this.nanoTime = nanoTime;
  }

  long incarnation() {
    return incarnation;
  }

  void to(ActorRef<NodePort.Command> newest) {
    port = Optional.of(newest);
  }

  /** Whether this is news. */
  boolean offers(List<EngineOffer> seen) {
    boolean news = !offers.equals(seen);
    offers = seen;
    return news;
  }

  /** Says how things are now; what is said is shown in the metrics too. */
  void publish() {
    List<Route> routes = routes(books.state());
    hosted.routes(routes);
    NodeReport report = report(books.state());
    metrics.show(report);
    port.ifPresent(door -> door.tell(new NodePort.Publish(report, routes)));
  }

  /** The last word of a machine that ends in good order. */
  void leave() {
    port.ifPresent(door -> door.tell(new NodePort.Leave()));
  }

  private NodeReport report(AgentState state) {
    Map<String, String> labels = new TreeMap<>(settings.labels());
    labels.putAll(state.labels());
    return new NodeReport(
        settings.machine(),
        incarnation,
        ++sequence,
        settings.hostName(),
        settings.front(),
        labels,
        state.cordoned() || books.ending().isPresent(),
        state.settled() && books.gpusKnown(),
        state.journal(),
        books.capacity(),
        offers,
        all());
  }

  private List<InstanceReport> all() {
    List<InstanceReport> all = new ArrayList<>();
    long now = nanoTime.get();
    long after = settings.measureAfter().toNanos();
    instances
        .reports()
        .forEach(
            one ->
                all.add(
                    one.withMeasured(books.meter().measured(one.id(), one.claim(), now, after))
                        .withGpus(books.gpusOf(one.id()))));
    return all;
  }

  private List<Route> routes(AgentState state) {
    List<Route> routes = new ArrayList<>();
    instances.eachHosted(
        (known, shown) ->
            routes.add(known.route(settings.machine(), settings.front(), shown.gate().slots())));
    state
        .tombstones()
        .forEach(
            (id, stone) ->
                routes.add(
                    new Route(
                        id,
                        settings.machine(),
                        stone.epoch(),
                        stone.sequence(),
                        Phase.ENDED,
                        settings.front(),
                        0,
                        Set.of(),
                        true,
                        -1,
                        Optional.empty(),
                        0)));
    return routes;
  }
}
