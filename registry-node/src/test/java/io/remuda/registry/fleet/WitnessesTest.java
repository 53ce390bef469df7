package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whose word that another node does not answer is believed. */
class WitnessesTest {

  private static final int WATCHED = 9;
  private static final Duration HOLD = Duration.ofSeconds(60);
  private static final List<Address> NODES =
      IntStream.range(0, 8).mapToObj(i -> new Address("akka", "remuda", "10.0.0." + i, 1)).toList();
  private static final Address A = NODES.get(0);
  private static final Address B = NODES.get(1);
  private static final Address C = NODES.get(2);
  private static final Address D = NODES.get(3);

  /** All but three. */
  private static final List<Address> BEHIND = NODES.subList(3, NODES.size());

  private Set<Address> registries = Set.of();
  private final Witnesses witnesses = new Witnesses(WATCHED, HOLD);
  private Instant now = Instant.ofEpochSecond(1_000);

  @Test
  void oneThatMissesAnotherIsBelieved() {
    assertThat(believed(word().of(A, B))).containsExactly(B);
    assertThat(believed(word())).isEmpty();
    assertThat(believed(word().of(A, B))).containsExactly(B);
  }

  @Test
  void oneThatWakesAndMissesAllOthersIsNot() {
    assertThat(believed(word().ofAllOthers(A))).isEmpty();
    // It hears them again one after the other.
    assertThat(believed(word().of(A, B).of(A, C))).isEmpty();
    assertThat(believed(word())).isEmpty();
    assertThat(believed(word().ofAllOthers(A))).as("the second time").isEmpty();
  }

  @Test
  void whatOthersSayMeanwhileIsBelieved() {
    assertThat(believed(word().ofAllOthers(A).of(B, C))).containsExactly(C);
  }

  /** It may hear some of them before it looks. */
  @Test
  void oneThatOthersHaveJustMissedIsNot() {
    assertThat(believed(word().of(B, A).of(D, A))).containsExactly(A);
    assertThat(believed(word())).isEmpty();

    assertThat(believed(word().of(A, B).of(A, C))).isEmpty();

    now = now.plus(HOLD);
    assertThat(believed(word().of(A, B))).as("that was long ago").containsExactly(B);
  }

  @Test
  void oneThatOnlyASleeperHasMissedIs() {
    assertThat(believed(word().ofAllOthers(A))).isEmpty();

    assertThat(believed(word().of(B, C))).containsExactly(C);
  }

  @Test
  void twoThatLoseOneAnotherAreBothBelieved() {
    assertThat(believed(word().of(A, B).of(B, A))).containsExactlyInAnyOrder(A, B);
  }

  @Test
  void inASmallFleetOneMissedNodeMakesNoSleeper() {
    assertThat(witnesses.believed(word().of(A, B).accused, 2, registries, now)).containsExactly(B);
  }

  /** Where there are more nodes than one watches. */
  @Test
  void mostOfThoseThatItWatchesAreMost() {
    Witnesses many = new Witnesses(3, HOLD);

    assertThat(many.believed(word().of(A, B).of(A, C).accused, NODES.size(), registries, now))
        .isEmpty();
  }

  @Test
  void mostRegistryNodesAreBelievedThoughMostMembersAreBehindOneSwitch() {
    registries = Set.of(A, B, C);
    for (int flap = 0; flap < 3; flap++) {
      assertThat(believed(word().ofAll(A, BEHIND))).as("it may sleep").isEmpty();
      assertThat(believed(word().ofAll(A, BEHIND).ofAll(B, BEHIND)))
          .containsExactlyInAnyOrderElementsOf(BEHIND);
      assertThat(believed(word().of(A, D))).as("as the first are back").containsExactly(D);
      assertThat(believed(word())).isEmpty();
    }
  }

  @Test
  void whoIsBehindTheSwitchIsNotBelieved() {
    registries = Set.of(A, B, C);
    Word word = word();
    registries.forEach(registry -> word.ofAll(registry, BEHIND));
    assertThat(believed(word)).containsExactlyInAnyOrderElementsOf(BEHIND);

    // What it has found meanwhile, once it is back.
    assertThat(believed(word().ofAll(D, registries))).isEmpty();
  }

  @Test
  void registryNodesThatHaveMissedOneAnotherMayAllHaveSlept() {
    registries = Set.of(A, B, C);

    assertThat(believed(word().ofAllOthers(A).ofAllOthers(B))).isEmpty();
    assertThat(believed(word().ofAll(A, BEHIND).ofAll(B, BEHIND))).as("as they wake").isEmpty();
  }

  @Test
  void theOnlyRegistryNodeDoesNotConfirmItsOwnWord() {
    registries = Set.of(A);

    assertThat(believed(word().ofAllOthers(A))).isEmpty();
  }

  private Set<Address> believed(Word word) {
    return witnesses.believed(word.accused, NODES.size(), registries, now);
  }

  private static Word word() {
    return new Word(new HashMap<>());
  }

  private record Word(Map<Address, Set<Address>> accused) {

    Word of(Address observer, Address subject) {
      accused.computeIfAbsent(subject, s -> new HashSet<>()).add(observer);
      return this;
    }

    Word ofAll(Address observer, Collection<Address> subjects) {
      subjects.forEach(subject -> of(observer, subject));
      return this;
    }

    Word ofAllOthers(Address observer) {
      NODES.stream().filter(node -> !node.equals(observer)).forEach(node -> of(observer, node));
      return this;
    }
  }
}
