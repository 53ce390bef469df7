package io.remuda.protocol.cluster;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ddata.AbstractReplicatedData;
import akka.cluster.ddata.typed.javadsl.DistributedData;
import akka.cluster.ddata.typed.javadsl.Replicator;
import akka.cluster.ddata.typed.javadsl.ReplicatorMessageAdapter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes entries of a {@link SharedTable} into the fleet: kept on this node at once, pushed to all
 * others, and, where the push is lost, carried by gossip. Writing an entry twice, or an older one
 * after a newer, changes nothing. A node that joins a new cluster writes its own entries again.
 */
public final class TablePublisher {

  /** What a publisher is told. */
  public sealed interface Command<E> {}

  /** These entries hold from now on, unless newer ones are known. */
  public record Put<E>(List<E> entries) implements Command<E> {
    public Put {
      entries = List.copyOf(entries);
    }
  }

  private record Written<E, T extends AbstractReplicatedData<T>>(
      Replicator.UpdateResponse<T> response) implements Command<E> {}

  private TablePublisher() {}

  /** To be spawned in a cluster system. */
  public static <E, T extends AbstractReplicatedData<T>> Behavior<Command<E>> create(
      SharedTable<E, T> table) {
    return Behaviors.setup(
        context ->
            DistributedData.withReplicatorMessageAdapter(
                (ReplicatorMessageAdapter<Command<E>, T> replicator) ->
                    running(table, context, replicator)));
  }

  private static <E, T extends AbstractReplicatedData<T>> Behavior<Command<E>> running(
      SharedTable<E, T> table,
      ActorContext<Command<E>> context,
      ReplicatorMessageAdapter<Command<E>, T> replicator) {
    Duration push =
        context.getSystem().settings().config().getDuration("remuda.tables.push-timeout");
    return Behaviors.receiveMessage(
        message -> {
          if (message instanceof Put<E> put) {
            Map<Integer, List<E>> byShard =
                put.entries().stream().collect(Collectors.groupingBy(table::shardOf));
            byShard.forEach((shard, entries) -> write(table, replicator, push, shard, entries));
          } else if (message instanceof Written<E, ?> written
              && written.response() instanceof Replicator.ModifyFailure<?> failure) {
            context
                .getLog()
                .error(
                    "event=table-write-failed table={} text={}",
                    table.name(),
                    failure.errorMessage());
          }
          return Behaviors.same();
        });
  }

  private static <E, T extends AbstractReplicatedData<T>> void write(
      SharedTable<E, T> table,
      ReplicatorMessageAdapter<Command<E>, T> replicator,
      Duration push,
      int shard,
      List<E> entries) {
    T news = table.of(entries);
    replicator.askUpdate(
        replyTo ->
            new Replicator.Update<>(
                table.key(shard),
                table.of(List.of()),
                new Replicator.WriteAll(push),
                replyTo,
                before -> before.mergeData(news)),
        Written::new);
  }
}
