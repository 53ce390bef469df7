package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How often one outage of a node counts, whoever is believed meanwhile. */
class OutagesTest {

  private static final int MEMBERS = 8;
  private static final Address A = node("a");
  private static final Address B = node("b");
  private static final Address C = node("c");
  private static final Address D = node("d");

  private final Witnesses witnesses = new Witnesses(9, Duration.ofSeconds(60));
  private final Outages outages = new Outages();
  private final Map<Address, Integer> counted = new HashMap<>();

  @Test
  void anOutageCountsAsItBeginsAndAsItEnds() {
    told(Map.of(A, Set.of(B)));
    assertThat(counted).isEqualTo(Map.of(A, 1));

    told(Map.of());
    told(Map.of());
    assertThat(counted).isEqualTo(Map.of(A, 2));

    told(Map.of(A, Set.of(B)));
    assertThat(counted).isEqualTo(Map.of(A, 3));
  }

  @Test
  void oneThatIsSeenByTwoOfWhomOneIsDoubtedCountsTwiceAtMost() {
    told(Map.of(A, Set.of(B)));
    // Now nobody believable says it any more, then somebody does again, and at last only the other.
    told(Map.of(A, Set.of(B), B, Set.of(D)));
    told(Map.of(A, Set.of(B, C), B, Set.of(D)));
    told(Map.of(A, Set.of(B), B, Set.of(D)));
    told(Map.of(B, Set.of(D)));

    assertThat(counted.get(A)).isEqualTo(2);
  }

  /** Its end would count for half an outage. */
  @Test
  void oneThatNobodyBelievableSawDoesNotCount() {
    Set<Address> sleeper = Set.of(B);
    told(Map.of(A, sleeper, C, sleeper, D, sleeper, node("e"), sleeper));
    told(Map.of(A, sleeper));
    told(Map.of());

    assertThat(counted).isEmpty();
  }

  @Test
  void oneThatASleeperSawFirstCountsFromWhenItIsBelieved() {
    Set<Address> sleeper = Set.of(B);
    told(Map.of(A, sleeper, C, sleeper, D, sleeper, node("e"), sleeper));
    told(Map.of(A, Set.of(B, C)));
    assertThat(counted).isEqualTo(Map.of(A, 1));

    told(Map.of());
    assertThat(counted).isEqualTo(Map.of(A, 2));
  }

  private void told(Map<Address, Set<Address>> accused) {
    Set<Address> believed =
        witnesses.believed(accused, MEMBERS, Set.of(), Instant.ofEpochSecond(1_000));
    outages
        .changes(accused.keySet(), believed)
        .forEach(changed -> counted.merge(changed, 1, Integer::sum));
  }

  private static Address node(String host) {
    return new Address("akka", "remuda", host, 1);
  }
}
