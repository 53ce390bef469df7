package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import example.countdown.Count;
import example.countdown.CountRequest;
import io.remuda.node.sdk.Answers;
import io.remuda.node.sdk.BadInput;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountdownTest {
  private final List<Count> sent = new ArrayList<>();
  private final Answers<Count> answers =
      new Answers<>() {
        @Override
        public void send(Count answer) {
          sent.add(answer);
        }

        @Override
        public boolean isCancelled() {
          return false;
        }
      };

  @Test
  void countsDownToLiftOff() throws Exception {
    new Countdown().predict(CountRequest.newBuilder().setFrom(3).build(), answers);

    assertEquals(List.of(3, 2, 1, 0), sent.stream().map(Count::getLeft).toList());
    assertEquals("lift-off", sent.get(3).getText());
  }

  @Test
  void refusesToCountFromNothing() {
    assertThrows(
        BadInput.class,
        () -> new Countdown().predict(CountRequest.getDefaultInstance(), answers));
  }
}
