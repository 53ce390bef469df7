package io.remuda.registry.standing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.cluster.sharding.ShardRegion.CurrentShardRegionState;
import akka.cluster.sharding.ShardRegion.ShardState;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** How many names a registry node says that it owns. */
class CountedNamesTest {

  private static final ShardState TWO = shard("1", "one", "two");
  private static final ShardState ONE = shard("2", "three");

  @Test
  void areThoseOfAllItsShards() {
    assertThat(RegistryVoice.names(Optional.of(region(Set.of(TWO, ONE), Set.of())))).hasValue(3);
    assertThat(RegistryVoice.names(Optional.of(region(Set.of(), Set.of())))).hasValue(0);
  }

  @Test
  void areNotToldWhereAShardDidNotSay() {
    assertThat(RegistryVoice.names(Optional.of(region(Set.of(TWO), Set.of("2"))))).isEmpty();
    assertThat(RegistryVoice.names(Optional.empty())).isEmpty();
  }

  private static CurrentShardRegionState region(Set<ShardState> shards, Set<String> failed) {
    return new CurrentShardRegionState(scala(shards), scala(failed));
  }

  private static ShardState shard(String id, String... names) {
    return new ShardState(id, scala(Set.of(names)));
  }

  private static <T> scala.collection.immutable.Set<T> scala(Set<T> set) {
    return CollectionConverters.asScala(set).toSet();
  }
}
