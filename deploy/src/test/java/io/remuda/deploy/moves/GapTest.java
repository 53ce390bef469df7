package io.remuda.deploy.moves;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.deploy.moves.Asked.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a measurement tells a declared gap from a request that failed. */
class GapTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Gap GAP = new Gap(at(10), at(13));

  @Test
  void itGoesFromTheOldOnesStopToTheNewOnesReadiness() {
    assertThat(
            Gap.of(
                List.of(
                    event("InstanceReady", 1),
                    event("InstanceStopping", 10),
                    event("InstanceEnded", 11),
                    event("InstanceReady", 13))))
        .contains(GAP);
    assertThat(GAP.length()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void thereIsNoneWhereNothingTookAnothersPlace() {
    assertThat(Gap.of(List.of(event("InstanceReady", 1)))).isEmpty();
    assertThat(Gap.of(List.of(event("InstanceReady", 1), event("InstanceStopping", 2)))).isEmpty();
  }

  @Test
  void itExplainsRefusalsInItAndNothingElse() {
    assertThat(GAP.explains(asked(11, 11, Outcome.REFUSED))).isTrue();
    assertThat(GAP.explains(asked(11, 11, Outcome.FAILED))).isFalse();
    assertThat(GAP.explains(asked(8, 8, Outcome.REFUSED))).isFalse();
    assertThat(GAP.explains(asked(15, 15, Outcome.REFUSED))).isFalse();
  }

  @Test
  void clientsMaySeeItAFifthOfASecondLonger() {
    assertThat(GAP.isExceededBy(Duration.ofMillis(3_200))).isFalse();
    assertThat(GAP.isExceededBy(Duration.ofMillis(3_201))).isTrue();
  }

  @Test
  void whatIsSeenOfItIsTheTimeWithoutAnAnswerToAnybody() {
    List<Asked> all =
        List.of(
            asked(8, 9, Outcome.ANSWERED),
            asked(9, 10, Outcome.ANSWERED),
            asked(11, 11, Outcome.REFUSED),
            asked(12, 14, Outcome.ANSWERED));

    assertThat(Gap.seen(all)).isEqualTo(Duration.ofSeconds(4));
    assertThat(Gap.seen(all.subList(0, 2))).isZero();
  }

  @Test
  void anAnswerIsGoodWhenAllOfItIsThere() {
    assertThat(Asked.outcome(200, "{\"choices\":[]}", false)).isEqualTo(Outcome.ANSWERED);
    assertThat(Asked.outcome(200, "data: {}\n\ndata: [DONE]\n\n", true))
        .isEqualTo(Outcome.ANSWERED);
    assertThat(Asked.outcome(200, "data: {}\n\n", true)).isEqualTo(Outcome.FAILED);
    assertThat(Asked.outcome(503, "{\"error\":{}}", true)).isEqualTo(Outcome.REFUSED);
    assertThat(Asked.outcome(503, "", true)).isEqualTo(Outcome.FAILED);
    assertThat(Asked.outcome(500, "{\"error\":{}}", true)).isEqualTo(Outcome.FAILED);
  }

  @Test
  void whatIsTypedIsUnderstoodOrRefused() {
    assertThat(Rounds.parse(new String[] {}, "--jvm")).contains(new Rounds(9, false, false));
    assertThat(Rounds.parse(new String[] {"2", "--jvm"}, "--jvm"))
        .contains(new Rounds(2, true, false));
    assertThat(Rounds.parse(new String[] {"--help"}, "")).contains(new Rounds(9, false, true));
    assertThat(Rounds.parse(new String[] {"0"}, "")).isEqualTo(Optional.empty());
    assertThat(Rounds.parse(new String[] {"--jvm"}, "")).isEqualTo(Optional.empty());
  }

  private static Asked asked(int begin, int end, Outcome outcome) {
    return new Asked(1, at(begin), at(end), outcome, "");
  }

  private static Instant at(int seconds) {
    return START.plusSeconds(seconds);
  }

  private static JsonNode event(String kind, int seconds) {
    return new ObjectMapper()
        .createObjectNode()
        .put("kind", kind)
        .put("at", at(seconds).toString());
  }
}
