package io.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import akka.cluster.ddata.AbstractReplicatedData;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.cluster.SharedTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever is written where and in whatever order it spreads, all nodes end with the same table.
 */
class TableLawsTest {

  @Property(tries = 200)
  void routesConverge(
      @ForAll("routes") List<Route> a,
      @ForAll("routes") List<Route> b,
      @ForAll("routes") List<Route> c) {
    converges(new RouteTable(a), new RouteTable(b), new RouteTable(c));
  }

  @Property(tries = 200)
  void catalogsConverge(
      @ForAll("listings") List<Listing> a,
      @ForAll("listings") List<Listing> b,
      @ForAll("listings") List<Listing> c) {
    converges(new Catalog(a), new Catalog(b), new Catalog(c));
  }

  @Property(tries = 200)
  void keysConverge(
      @ForAll("keys") List<ApiKey> a,
      @ForAll("keys") List<ApiKey> b,
      @ForAll("keys") List<ApiKey> c) {
    converges(new AccessTable(a), new AccessTable(b), new AccessTable(c));
  }

  @Property(tries = 200)
  void aNewerRouteHoldsAndAnAbsentOneWithdrawsNothing(@ForAll("routes") List<Route> routes) {
    RouteTable all = new RouteTable(routes);

    for (Route route : routes) {
      Route held = all.get(route.instance()).orElseThrow();
      assertThat(route.isNewerThan(held)).isFalse();
      assertThat(all.mergeData(RouteTable.EMPTY)).isEqualTo(all);
      assertThat(all.with(route)).isEqualTo(all);
    }
    assertThat(all.without(route -> true)).isEqualTo(RouteTable.EMPTY);
  }

  @Property(tries = 200)
  void everyEntryHasOnePlaceForEver(@ForAll("routes") List<Route> routes) {
    for (Route route : routes) {
      int shard = SharedTable.ROUTES.shardOf(route);
      assertThat(shard).isBetween(0, Keys.SHARDS - 1);
      assertThat(SharedTable.ROUTES.key(shard).id()).isEqualTo("remuda-routes-" + shard);
      assertThat(shard).isEqualTo(Keys.shardOf(route.instance().model()));
    }
    // A change of the hash would split a running fleet.
    assertThat(Keys.shardOf(new ModelName("demo"))).isEqualTo(Math.floorMod("demo".hashCode(), 16));
    assertThat(Keys.shardOf(new ModelName("demo"))).isEqualTo(3);
  }

  private static <T extends AbstractReplicatedData<T>> void converges(T a, T b, T c) {
    assertThat(a.mergeData(b)).as("commutative").isEqualTo(b.mergeData(a));
    assertThat(a.mergeData(b).mergeData(c))
        .as("associative")
        .isEqualTo(a.mergeData(b.mergeData(c)));
    assertThat(a.mergeData(a)).as("idempotent").isEqualTo(a);
    assertThat(a.mergeData(b).mergeData(b)).isEqualTo(a.mergeData(b));
    assertThat(a.mergeData(b).hashCode()).isEqualTo(b.mergeData(a).hashCode());
    assertThat(a.mergeData(b)).hasToString(b.mergeData(a).toString());
  }

  @Provide
  Arbitrary<List<Route>> routes() {
    return Combinators.combine(
            Arbitraries.of("demo-1", "demo-2", "chat-1", "chat-9"),
            Arbitraries.longs().between(1, 3),
            Arbitraries.longs().between(1, 3),
            Arbitraries.of(Phase.values()))
        .as(
            (id, epoch, sequence, phase) ->
                new Route(
                    InstanceId.of(id),
                    new MachineId("m1"),
                    epoch,
                    sequence,
                    phase,
                    "127.0.0.1:1",
                    4,
                    Set.of("/v1/chat/completions", "/v1/completions"),
                    true,
                    -1,
                    Optional.empty(),
                    0))
        .list()
        .ofMaxSize(8);
  }

  @Provide
  Arbitrary<List<Listing>> listings() {
    return Combinators.combine(
            Arbitraries.of("demo", "chat", "sentiment"),
            Arbitraries.longs().between(1, 3),
            Arbitraries.longs().between(0, 2),
            Arbitraries.of(DeploymentPhase.values()))
        .as(
            (name, version, soft, phase) ->
                new Listing(
                    new ModelName(name),
                    version,
                    soft,
                    1,
                    phase,
                    "jvm",
                    Optional.empty(),
                    1,
                    1,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Instant.EPOCH,
                    false))
        .list()
        .ofMaxSize(8);
  }

  @Provide
  Arbitrary<List<ApiKey>> keys() {
    return Combinators.combine(
            Arbitraries.of("aaaa", "bbbb", "cccc"),
            Arbitraries.longs().between(1, 3),
            Arbitraries.of(true, false))
        .as(
            (id, version, revoked) ->
                new ApiKey(
                    new KeyId(id),
                    "label",
                    "00",
                    Set.of(Scope.INFER),
                    Set.of(),
                    Instant.EPOCH,
                    Optional.empty(),
                    revoked,
                    version))
        .list()
        .ofMaxSize(8);
  }
}
