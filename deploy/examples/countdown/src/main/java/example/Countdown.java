package example;

import example.countdown.Count;
import example.countdown.CountRequest;
import io.remuda.node.sdk.Answers;
import io.remuda.node.sdk.BadInput;
import io.remuda.node.sdk.ModelCard;
import io.remuda.node.sdk.StreamingModel;

/** Counts down, number after number. */
@ModelCard(
    name = "countdown",
    description = "counts down and sends each number when it is its time",
    concurrency = 16,
    timeoutMillis = 5_000)
public final class Countdown implements StreamingModel<CountRequest, Count> {
  private static final int MOST = 1_000;

  @Override
  public void predict(CountRequest request, Answers<Count> answers) throws InterruptedException {
    int from = request.getFrom();
    int pause = request.getPauseMillis();
    if (from < 1 || from > MOST || pause < 0 || pause > MOST) {
      throw new BadInput("from is 1 to 1000 and pauseMillis 0 to 1000");
    }
    for (int left = from; left >= 0; left--) {
      String text = left == 0 ? "lift-off" : "T minus " + left;
      answers.send(Count.newBuilder().setLeft(left).setText(text).build());
      if (left > 0) {
        Thread.sleep(pause);
      }
    }
  }
}
