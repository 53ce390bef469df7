package io.remuda.protocol.cluster;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ddata.AbstractReplicatedData;
import akka.cluster.ddata.typed.javadsl.DistributedData;
import akka.cluster.ddata.typed.javadsl.Replicator;
import akka.cluster.ddata.typed.javadsl.ReplicatorMessageAdapter;
import io.remuda.protocol.Keys;
import java.util.function.Consumer;

/**
 * Follows a {@link SharedTable}: the listener is given each part of the table as this node first
 * knows it and whenever it changes, one part at a time and on the actor's own thread. A part is
 * given whole; entries that it no longer holds are not withdrawn by that.
 */
public final class TableSubscriber {

  /** Says nothing that others could send. */
  public interface Command {}

  private record Changed<T extends AbstractReplicatedData<T>>(
      Replicator.SubscribeResponse<T> response) implements Command {}

  private TableSubscriber() {}

  /** To be spawned in a cluster system; {@code listener} never blocks. */
  public static <E, T extends AbstractReplicatedData<T>> Behavior<Command> create(
      SharedTable<E, T> table, Consumer<T> listener) {
    return Behaviors.setup(
        context ->
            DistributedData.withReplicatorMessageAdapter(
                (ReplicatorMessageAdapter<Command, T> replicator) -> {
                  for (int shard = 0; shard < Keys.SHARDS; shard++) {
                    replicator.subscribe(table.key(shard), Changed::new);
                  }
                  return following(table, listener);
                }));
  }

  private static <E, T extends AbstractReplicatedData<T>> Behavior<Command> following(
      SharedTable<E, T> table, Consumer<T> listener) {
    return Behaviors.receiveMessage(
        message -> {
          if (message instanceof Changed<?> changed
              && changed.response() instanceof Replicator.Changed<?> news) {
            int shard = shardOf(table, news.key().id());
            if (shard >= 0) {
              listener.accept(((Replicator.Changed<T>) (Object) news).get(table.key(shard)));
            }
          }
          return Behaviors.same();
        });
  }

  private static int shardOf(SharedTable<?, ?> table, String id) {
    for (int shard = 0; shard < Keys.SHARDS; shard++) {
      if (table.key(shard).id().equals(id)) {
        return shard;
      }
    }
    return -1;
  }
}
