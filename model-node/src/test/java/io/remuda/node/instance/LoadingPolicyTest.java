package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.engine.FilesRead;
import io.remuda.node.instance.LoadingPolicy.Said;
import io.remuda.protocol.model.Loading;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadingPolicyTest {

  private static final Optional<Duration> NO_LAST = Optional.empty();
  private static final Optional<FilesRead> UNSEEN = Optional.empty();

  private static Duration seconds(long count) {
    return Duration.ofSeconds(count);
  }

  private static Optional<FilesRead> read(long bytes) {
    return Optional.of(new FilesRead(bytes, 4_000));
  }

  private static Optional<Loading> loading(long bytes, long left) {
    return Optional.of(new Loading(bytes, 4_000, Optional.of(seconds(left))));
  }

  @Test
  void saysNothingOfAFirstStartThatCannotBeSeen() {
    assertThat(LoadingPolicy.say(seconds(9), NO_LAST, UNSEEN))
        .isEqualTo(new Said(-1, Optional.empty()));
  }

  @Test
  void aFirstStartIsMeasuredByWhatItHasRead() {
    assertThat(LoadingPolicy.say(seconds(10), NO_LAST, read(1_000)))
        .isEqualTo(new Said(25, loading(1_000, 30)));
  }

  @Test
  void whatIsReadIsNotYetReadyAndNobodyKnowsWhen() {
    assertThat(LoadingPolicy.say(seconds(10), NO_LAST, read(4_000)))
        .isEqualTo(new Said(99, Optional.of(new Loading(4_000, 4_000, Optional.empty()))));
  }

  @Test
  void aStartOfWhichNothingIsReadYetHasNoRate() {
    assertThat(LoadingPolicy.say(seconds(10), NO_LAST, read(0)))
        .isEqualTo(new Said(0, Optional.of(new Loading(0, 4_000, Optional.empty()))));
    assertThat(LoadingPolicy.say(seconds(10), NO_LAST, read(39)).loading().orElseThrow().left())
        .isEmpty();
  }

  @Test
  void theLastStartSaysMoreThanTheRateForItWentAllTheWay() {
    assertThat(LoadingPolicy.say(seconds(10), Optional.of(seconds(40)), read(3_000)))
        .isEqualTo(new Said(25, loading(3_000, 30)));
    assertThat(LoadingPolicy.say(seconds(10), Optional.of(seconds(40)), UNSEEN))
        .isEqualTo(new Said(25, Optional.of(new Loading(0, 0, Optional.of(seconds(30))))));
  }

  @Test
  void aStartThatTakesLongerThanTheLastOneIsMeasuredByItsRateAgain() {
    assertThat(LoadingPolicy.say(seconds(60), Optional.of(seconds(40)), read(3_000)))
        .isEqualTo(new Said(99, loading(3_000, 20)));
    assertThat(LoadingPolicy.say(seconds(60), Optional.of(seconds(40)), UNSEEN))
        .isEqualTo(new Said(99, Optional.empty()));
  }

  @Test
  void theTimeThatIsLeftIsTheNextWholeSecond() {
    assertThat(LoadingPolicy.say(Duration.ofMillis(38_100), Optional.of(seconds(40)), UNSEEN))
        .isEqualTo(new Said(95, Optional.of(new Loading(0, 0, Optional.of(seconds(2))))));
  }
}
