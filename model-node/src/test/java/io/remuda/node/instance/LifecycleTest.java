package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Lifecycle.Transition;
import io.remuda.node.instance.Lifecycle.Trigger;
import io.remuda.protocol.model.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LifecycleTest {

  private static final Path DOCUMENT = Path.of("..", "docs", "architecture.md");
  private static final Pattern DIAGRAM =
      Pattern.compile("(?<=```mermaid\n)stateDiagram-v2\n.*?(?=```)", Pattern.DOTALL);

  @Test
  void theDiagramInTheDocsIsTheTable() throws IOException {
    String document = Files.readString(DOCUMENT);
    if (Boolean.getBoolean("remuda.docs.write")) {
      document =
          DIAGRAM.matcher(document).replaceFirst(Matcher.quoteReplacement(Lifecycle.mermaid()));
      Files.writeString(DOCUMENT, document);
    }

    Matcher diagram = DIAGRAM.matcher(document);

    assertThat(diagram.find()).isTrue();
    assertThat(diagram.group())
        .as("docs/architecture.md is stale: run this test with -Dremuda.docs.write=true")
        .isEqualTo(Lifecycle.mermaid());
  }

  @Test
  void everyPhaseCanBeReached() {
    Set<Phase> reached = EnumSet.of(Phase.ASSIGNED);
    Deque<Phase> open = new ArrayDeque<>(reached);
    while (!open.isEmpty()) {
      Phase from = open.remove();
      Lifecycle.TABLE.stream()
          .filter(row -> row.from() == from && reached.add(row.to()))
          .forEach(row -> open.add(row.to()));
    }

    assertThat(reached).containsExactlyInAnyOrder(Phase.values());
  }

  @Test
  void everyPhaseButTheLastCanBeStoppedOrIsSeenAgain() {
    for (Phase phase : Phase.values()) {
      boolean leaves =
          Lifecycle.next(phase, Trigger.STOPPED).isPresent()
              || phase == Phase.DRAINING
              || phase == Phase.SUSPECT;
      assertThat(leaves).as(phase.name()).isEqualTo(phase != Phase.ENDED);
    }
  }

  @Test
  void noPhaseKnowsOneTriggerTwice() {
    assertThat(Lifecycle.TABLE)
        .extracting(Transition::from, Transition::trigger)
        .doesNotHaveDuplicates();
  }

  @Test
  void whatTheTableDoesNotHoldDoesNotHappen() {
    assertThat(Lifecycle.next(Phase.ENDED, Trigger.PROVEN)).isEmpty();
    assertThat(Lifecycle.next(Phase.FAILED, Trigger.PAUSE_OVER)).isEmpty();
  }
}
