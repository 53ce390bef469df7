package io.remuda.node.route;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.ddata.typed.javadsl.DistributedData;
import akka.cluster.ddata.typed.javadsl.Replicator;
import akka.cluster.ddata.typed.javadsl.ReplicatorMessageAdapter;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes this machine's routes into distributed data, each when it is new: 16 tables, spread by the
 * model's name. A write that failed is repeated with the next publication.
 */
public final class RoutePublisher extends AbstractBehavior<RoutePublisher.Command> {

  /** What a publisher is told. */
  public sealed interface Command {}

  /** All routes of this machine, ended ones too. */
  public record Put(List<Route> routes) implements Command {
    public Put {
      routes = List.copyOf(routes);
    }
  }

  private record Written(List<Route> routes, Replicator.UpdateResponse<RouteTable> response)
      implements Command {}

  private final ReplicatorMessageAdapter<Command, RouteTable> replicator;
  private final Map<InstanceId, Route> written = new HashMap<>();
  private final Duration push;

  private RoutePublisher(
      ActorContext<Command> context, ReplicatorMessageAdapter<Command, RouteTable> replicator) {
    super(context);
    this.replicator = replicator;
    this.push = context.getSystem().settings().config().getDuration("remuda.tables.push-timeout");
  }

  public static Behavior<Command> create() {
    return Behaviors.setup(
        context ->
            DistributedData.withReplicatorMessageAdapter(
                (ReplicatorMessageAdapter<Command, RouteTable> replicator) ->
                    new RoutePublisher(context, replicator)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Put.class, this::onPut)
        .onMessage(Written.class, this::onWritten)
        .build();
  }

  private Behavior<Command> onPut(Put put) {
    Map<Integer, List<Route>> news =
        put.routes().stream()
            .filter(route -> !route.equals(written.get(route.instance())))
            .collect(Collectors.groupingBy(route -> Keys.shardOf(route.instance().model())));
    news.forEach(this::write);
    written
        .keySet()
        .retainAll(put.routes().stream().map(Route::instance).collect(Collectors.toSet()));
    return this;
  }

  private void write(int shard, List<Route> routes) {
    // Taken for written at once, so that the next second does not write it again meanwhile.
    routes.forEach(route -> written.put(route.instance(), route));
    replicator.askUpdate(
        replyTo ->
            new Replicator.Update<>(
                RouteTable.key(shard),
                RouteTable.EMPTY,
                // Told to all nodes at once; gossip reaches those that do not answer in time.
                new Replicator.WriteAll(push),
                replyTo,
                table -> {
                  RouteTable next = table;
                  for (Route route : routes) {
                    next = next.with(route);
                  }
                  return next;
                }),
        response -> new Written(routes, response));
  }

  private Behavior<Command> onWritten(Written done) {
    boolean held =
        done.response() instanceof Replicator.UpdateSuccess
            || done.response() instanceof Replicator.UpdateTimeout;
    if (!held) {
      getContext().getLog().warn("routes not written response={}", done.response());
      done.routes().forEach(route -> written.remove(route.instance(), route));
    }
    return this;
  }
}
