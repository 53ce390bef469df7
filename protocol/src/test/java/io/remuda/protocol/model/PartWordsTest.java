package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.ModelName;
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
  void whoSeesEverythingReadsTheSentenceAsItIs() {
    String sentence =
        "it needs itself: "
            + PartWords.way(List.of(MINE, THEIRS, MINE))
            + "; "
            + PartWords.lacks(OTHERS, "PENDING");

    assertThat(PartWords.seenBy(any -> true, sentence)).isEqualTo(sentence);
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
