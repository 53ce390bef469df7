package io.remuda.deploy.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.deploy.moves.Paused.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the measurement of leases judges what it sees. */
class PausedTest {

  private static final long SECOND = Instant.parse("2026-01-01T00:00:00Z").getEpochSecond();
  private static final Instant WENT_ON = Instant.ofEpochSecond(SECOND, 200_000_000);

  @Test
  void answersFromBeforeTheStopAreGoodOnes() {
    Paused paused = paused(call(-3_000, 200, SECOND - 3), call(-2_000, 200, SECOND - 2));

    assertThat(paused.stale()).isEmpty();
    assertThat(paused.failed()).isEmpty();
    assertThat(paused.refused(false)).isZero();
  }

  @Test
  void anAnswerToALaterCallIsOneToAStaleCall() {
    Call later = call(0, 200, SECOND);

    assertThat(paused(later, call(30, 410, 0)).stale()).containsExactly(later);
  }

  @Test
  void soIsOneThatAnEngineBeganAfterItToACallThatWasAboutToLeaveBefore() {
    Call underWay = call(-2_000, 200, SECOND);

    assertThat(paused(underWay).stale()).containsExactly(underWay);
    assertThat(paused(call(-2_000, 200, SECOND - 1)).stale()).isEmpty();
  }

  @Test
  void laterCallsAreCountedByTheDoorThatRefusedThem() {
    Paused paused =
        paused(
            call(-2_000, 409, 0),
            call(1, 410, 0),
            new Call(WENT_ON.plusMillis(2), true, 409, 0),
            new Call(WENT_ON.plusMillis(3), true, 409, 0));

    assertThat(paused.refused(false)).isEqualTo(1);
    assertThat(paused.refused(true)).isEqualTo(2);
    assertThat(paused.failed()).isEmpty();
  }

  @Test
  void everythingElseIsAFailure() {
    Call unavailable = call(1, 503, 0);
    Call unanswered = call(2, 0, 0);

    assertThat(paused(unavailable, unanswered).failed()).containsExactly(unavailable, unanswered);
  }

  @Test
  void aCallIsReadAsItWasTold() {
    Call told = new Call(WENT_ON, true, 409, 0);

    assertThat(Call.parse(told.line())).isEqualTo(told);
    assertThatThrownBy(() -> Call.parse("done")).hasMessageContaining("'done'");
  }

  @Test
  void theWorstTimeIsHeldAgainstTheBound() {
    Times times =
        new Times(List.of(Duration.ofMillis(50), Duration.ofMillis(10), Duration.ofMillis(20)));

    assertThat(times.under(Duration.ofMillis(51)))
        .isEqualTo("median 20.0 ms, worst 50.0 ms of 3, under 51 ms: yes");
    assertThat(times.under(Duration.ofMillis(50))).endsWith("under 50 ms: missed");
  }

  @Test
  void whatIsTypedIsUnderstoodOrRefused() {
    assertThat(parsed()).isEqualTo("9 100 false");
    assertThat(parsed("1", "--cycles", "8")).isEqualTo("1 8 false");
    assertThat(parsed("--cycles", "1000", "--help")).isEqualTo("9 1000 true");
    assertThat(parsed("--cycles")).isEqualTo("refused");
    assertThat(parsed("--cycles", "0")).isEqualTo("refused");
    assertThat(parsed("--cycles", "8", "--cycles", "8")).isEqualTo("refused");
    assertThat(parsed("--jvm")).isEqualTo("refused");
  }

  private static String parsed(String... arguments) {
    return LeaseRounds.parse(arguments)
        .map(
            typed ->
                "%d %d %b".formatted(typed.rounds().count(), typed.cycles(), typed.rounds().help()))
        .orElse("refused");
  }

  private static Paused paused(Call... calls) {
    return new Paused(List.of(calls), WENT_ON);
  }

  private static Call call(int millisAfter, int status, long created) {
    return new Call(WENT_ON.plusMillis(millisAfter), false, status, created);
  }
}
