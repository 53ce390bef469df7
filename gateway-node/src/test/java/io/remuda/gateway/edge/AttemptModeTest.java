package io.remuda.gateway.edge;

import static io.remuda.gateway.edge.AttemptMode.ERROR;
import static io.remuda.gateway.edge.AttemptMode.HOLDING;
import static io.remuda.gateway.edge.AttemptMode.OPENED;
import static io.remuda.gateway.edge.AttemptMode.PASSING;
import static io.remuda.gateway.edge.AttemptMode.STREAMING;
import static io.remuda.gateway.edge.AttemptMode.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AttemptModeTest {

  @Test
  void anAnswerIsHeldUnlessItsHeadIsAStreamsOrAnErrors() {
    assertThat(AttemptMode.of(200, false)).isEqualTo(HOLDING);
    assertThat(AttemptMode.of(201, true)).isEqualTo(HOLDING);
    assertThat(AttemptMode.of(200, true)).isEqualTo(OPENED);
    assertThat(AttemptMode.of(400, true)).isEqualTo(ERROR);
    assertThat(AttemptMode.of(503, false)).isEqualTo(ERROR);
  }

  @Test
  void whatTheClientHasSeenIsNeverSentAgain() {
    assertThat(mayBeSentAgain(ErrorCode.ENGINE_GONE, true)).doesNotContain(STREAMING, PASSING);
  }

  @Test
  void anEngineThatWentBeforeItsStreamsFirstByteIsReplaced() {
    assertThat(mayBeSentAgain(ErrorCode.ENGINE_GONE, false)).containsOnly(OPENED, HOLDING, ERROR);
  }

  @Test
  void anAnswerThatIsWrongIsAskedForAgainWhereItIsHeldOrSaidToBeSafe() {
    assertThat(mayBeSentAgain(ErrorCode.ENGINE_FAILED, false)).containsOnly(HOLDING, ERROR);
    assertThat(mayBeSentAgain(ErrorCode.ENGINE_FAILED, true))
        .containsOnly(WAITING, OPENED, HOLDING, ERROR);
  }

  private static Set<AttemptMode> mayBeSentAgain(ErrorCode code, boolean safeToRetry) {
    return EnumSet.allOf(AttemptMode.class).stream()
        .filter(mode -> mode.maySendAgain(Refused.of(code, "why"), safeToRetry))
        .collect(Collectors.toSet());
  }
}
