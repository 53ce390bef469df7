package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of other deployments in sentences, and who is shown them. */
class PartWordsTest {

  private static final ModelName MINE = new ModelName("mine");
  private static final ModelName ALSO = new ModelName("mine-too");
  private static final ModelName THEIRS = new ModelName("theirs");
  private static final ModelName OTHERS = new ModelName("others.v2");
  private static final Predicate<ModelName> SEES = name -> name.value().startsWith("mine");

  @Test
  void aPartThatTheReaderMayNotKnowOfIsNotNamed() {
    String sentence =
        PartWords.lacks(THEIRS, "not deployed") + "; " + PartWords.lacks(ALSO, "STARTING");

    assertThat(sentence)
        .isEqualTo("its part theirs is not deployed; its part mine-too is STARTING");
    assertThat(PartWords.seenBy(SEES, sentence))
        .isEqualTo("its part (not shown) is not deployed; its part mine-too is STARTING");
  }

  @Test
  void ofTheWayBackToItselfTheReadersOwnStepsAreNamed() {
    String way = PartWords.way(List.of(MINE, THEIRS, OTHERS, ALSO, MINE));

    assertThat(way).isEqualTo("mine -> theirs -> others.v2 -> mine-too -> mine");
    assertThat(PartWords.seenBy(SEES, "mine would need itself: " + way + "; leave one out"))
        .isEqualTo(
            "mine would need itself: mine -> (not shown) -> mine-too -> mine; leave one out");
  }

  @Test
  void whoIsMadeOfItIsNamedAsFarAsTheReaderKnowsThem() {
    List<ModelName> users = List.of(ALSO, THEIRS, OTHERS);

    assertThat(PartWords.seenBy(SEES, "mine cannot be removed: it " + PartWords.partOf(users)))
        .isEqualTo("mine cannot be removed: it is a part of mine-too, (not shown)");
    assertThat(PartWords.seenBy(SEES, "mine " + PartWords.neededBy(users) + "; deploy that"))
        .isEqualTo("mine is needed by mine-too, (not shown); deploy that");
  }

  @Test
  void whoTookAPlaceIsNotNamed() {
    assertThat(hidden(PartWords.gaveWayTo(THEIRS) + ", and comes back when there is room"))
        .isEqualTo("gave way to (not shown), and comes back when there is room");
    assertThat(hidden("mine-3 " + PartWords.givesPlaceTo(THEIRS) + " on m1: idle"))
        .isEqualTo("mine-3 gives its place to (not shown) on m1: idle");
    assertThat(hidden("m1: " + PartWords.roomFor(THEIRS) + "; m2: full"))
        .isEqualTo("m1: the room there is made for (not shown); m2: full");
    assertThat(hidden("its " + PartWords.priorities(-1, THEIRS, 5)))
        .isEqualTo("its priority is -1, that of (not shown) 5");
    assertThat(hidden(PartWords.gaveWayTo(MINE))).isEqualTo("gave way to mine");
  }

  @Test
  void whoseLastPlaceAMachineIsIsNotNamed() {
    String both = PartWords.lastPlaceOf(MINE) + ": no room; and " + PartWords.lastPlaceOf(THEIRS);

    assertThat(hidden("m1 is " + both + ": no room"))
        .isEqualTo(
            "m1 is the last place of mine: no room; and the last place of (not shown): no room");
  }

  @Test
  void instancesThatGiveWayAreNotNamed() {
    InstanceId own = new InstanceId(MINE, 7);
    InstanceId theirs = new InstanceId(THEIRS, 3);
    InstanceId more = new InstanceId(THEIRS, 4);

    assertThat(hidden("starts on m1 " + PartWords.inPlaceOf(List.of(theirs, more, own))))
        .isEqualTo("starts on m1 in place of (not shown), mine-7");
    assertThat(hidden("5 free; " + PartWords.inPlaceOf(List.of(theirs)) + ": pinned"))
        .isEqualTo("5 free; in place of (not shown): pinned");
    assertThat(hidden("; it may " + PartWords.takePlaceOf(List.of(theirs)) + " on m1"))
        .isEqualTo("; it may take the place of (not shown) on m1");
  }

  @Test
  void theWordsOfRegistryNodesThatAreNotUpgradedYetAreKnownToo() {
    assertThat(
            hidden("5 free; in place of: theirs-7: may give way; mine-1: pinned; theirs-8: idle"))
        .isEqualTo(
            "5 free; in place of: (not shown): may give way; mine-1: pinned; (not shown): idle");
    assertThat(hidden("mine-3 gives its place on m1 to theirs: idle"))
        .isEqualTo("mine-3 gives its place on m1 to (not shown): idle");
    assertThat(
            hidden("m1 is the last place of what runs there: theirs stays; and mine stays; more"))
        .isEqualTo(
            "m1 is the last place of what runs there: (not shown) stays; and mine stays; more");
  }

  private static String hidden(String sentence) {
    return PartWords.seenBy(SEES, sentence);
  }

  @Test
  void whoSeesEverythingReadsTheSentenceAsItIs() {
    String sentence =
        "it needs itself: "
            + PartWords.way(List.of(MINE, THEIRS, MINE))
            + "; "
            + PartWords.lacks(OTHERS, "PENDING");

    assertThat(PartWords.seenBy(any -> true, sentence)).isEqualTo(sentence);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a-", "a-1", "-.", "a -> ", "its part a, ", "in place of a-1, "})
  void whatAnEngineWroteAtAnyLengthIsReadAtOnce(String part) {
    String text = part.repeat(100_000 / part.length());

    assertTimeoutPreemptively(
        Duration.ofSeconds(2), () -> PartWords.seenBy(none -> false, "failed: " + text));
  }

  @Test
  void aLongWayAndALongListAreHiddenToTheirEnds() {
    List<ModelName> many = Collections.nCopies(20_000, THEIRS);

    assertThat(hidden("no: " + PartWords.way(many) + "!")).isEqualTo("no: (not shown)!");
    assertThat(hidden("it " + PartWords.partOf(many) + "!"))
        .isEqualTo("it is a part of (not shown)!");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no machine has room",
        "needs 24000 MiB of GPU memory, gpu-03 has 8192 free; lower the context",
        "a -> \\1 $2",
        "its part"
      })
  void aSentenceThatNamesNobodyStaysAsItIs(String sentence) {
    assertThat(PartWords.seenBy(none -> false, sentence)).isEqualTo(sentence);
  }
}
