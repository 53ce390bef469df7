package io.remuda.gateway.batches;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.batch.BatchRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineLedgerTest {

  private static final int WINDOW = 3;
  private static final long WINDOW_SIZE = 100;
  private static final ModelName MODEL = new ModelName("chat");
  private static final LineMark GOOD = new LineMark(true, 10);
  private static final LineMark BAD = new LineMark(false, 10);

  private final LineLedger ledger = new LineLedger(WINDOW, WINDOW_SIZE);

  @Test
  void hasRoomForSoManyLinesUnderWaySubmittedOrNot() {
    OpenLine first = opened(1);
    opened(2);
    ledger.submitted(first, MODEL);
    assertThat(ledger.hasRoom(ledger.size())).isTrue();

    opened(3);
    assertThat(ledger.hasRoom(ledger.size())).isFalse();

    ledger.answered(1, GOOD);
    assertThat(ledger.hasRoom(ledger.size())).isTrue();
  }

  @Test
  void hasRoomForSoManyBytes() {
    OpenLine large = line(1, 99);
    ledger.open(large);
    ledger.submitted(large, MODEL);
    assertThat(ledger.size()).isEqualTo(99);
    assertThat(ledger.hasRoom(99)).isTrue();

    assertThat(ledger.hasRoom(100)).isFalse();
  }

  @Test
  void aLineIsCountedOnceHoweverOftenItsAnswerIsTold() {
    opened(1);
    ledger.answered(1, GOOD);
    ledger.answered(1, BAD);
    ledger.answered(2, BAD);

    BatchRecord counted = ledger.counted(BatchRecord.getDefaultInstance());
    assertThat(counted.getCompleted()).isEqualTo(1);
    assertThat(counted.getFailed()).isEqualTo(1);
    assertThat(ledger.allAnswered(2)).isTrue();
    assertThat(ledger.allAnswered(3)).isFalse();
    assertThat(ledger.fresh()).isEmpty();
  }

  @Test
  void aPassInWhichNothingHappensBringsNothing() {
    ledger.submitted(opened(1), MODEL);
    assertThat(ledger.progressed()).isTrue();

    ledger.begin();
    assertThat(ledger.progressed()).isFalse();

    ledger.answered(1, GOOD);
    assertThat(ledger.progressed()).isTrue();
  }

  @Test
  void aLineWhoseTaskIsLostIsSubmittedAnew() {
    OpenLine line = opened(1);
    ledger.submitted(line, MODEL);
    assertThat(ledger.submitted())
        .singleElement()
        .satisfies(open -> assertThat(open.model()).contains(MODEL));

    ledger.lost(ledger.submitted().get(0));

    assertThat(ledger.submitted()).isEmpty();
    assertThat(numbers(ledger.fresh())).containsExactly(1);
  }

  @Test
  void aLineForWhichNothingIsLeftOfALimitAsksBehindTheOthersInTheNextPass() {
    OpenLine first = opened(1);
    opened(2);

    ledger.limited(first);
    assertThat(ledger.isLimited()).isTrue();
    assertThat(ledger.wasLimited()).isFalse();
    ledger.begin();

    assertThat(ledger.isLimited()).isFalse();
    assertThat(ledger.wasLimited()).isTrue();
    assertThat(numbers(ledger.fresh())).containsExactly(2, 1);
  }

  @Test
  void aLineThatWasAnsweredMeanwhileIsNotUnderWayAgainForALimit() {
    OpenLine line = opened(1);
    ledger.answered(1, BAD);

    ledger.limited(line);

    assertThat(ledger.fresh()).isEmpty();
  }

  @Test
  void namesTheLinesWithoutAnAnswerWhileNoneIsUnderWay() {
    opened(2);
    assertThat(ledger.missing(6)).isEmpty();

    ledger.answered(2, GOOD);

    assertThat(ledger.missing(6)).as("as many as may be under way").containsExactly(1, 3, 4);
    assertThat(ledger.missing(3)).containsExactly(1, 3);
  }

  private OpenLine opened(int number) {
    OpenLine line = line(number, 10);
    ledger.open(line);
    return line;
  }

  private static OpenLine line(int number, int size) {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    return new OpenLine(
        new BatchLine(number, "line", "POST", "/v1/chat/completions", body),
        TaskId.derived(Instant.EPOCH, "batch", number),
        size,
        Optional.empty(),
        Optional.empty());
  }

  private static List<Integer> numbers(List<OpenLine> lines) {
    return lines.stream().map(open -> open.line().number()).toList();
  }
}
