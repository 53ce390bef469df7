package io.remuda.deploy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Follows one task to its end. A stream that breaks off is taken up again a few times: the task
 * goes on either way.
 */
final class TaskWatch {

  private static final int TRIES = 5;
  private static final long PAUSE_MILLIS = 500;

  private final Target target;
  private JsonNode last = MissingNode.getInstance();

  private TaskWatch(Target target) {
    this.target = target;
  }

  /** Prints the ended task and returns the exit code that fits its end. */
  static int follow(Target target, Api api, String id) {
    TaskWatch watch = new TaskWatch(target);
    String path = Api.path("/v1/tasks", id, "");
    for (int tries = 1; !isEnded(watch.state()); tries++) {
      try {
        api.events(path, Optional.empty(), event -> watch.tell(event.data()));
      } catch (CliFailure failure) {
        if (failure.exit() != Exit.FAILURE || tries >= TRIES) {
          throw failure;
        }
      }
      if (!isEnded(watch.state())) {
        if (tries >= TRIES) {
          throw new CliFailure(
              Exit.FAILURE,
              "the gateway ended the stream "
                  + TRIES
                  + " times; the task goes on, see 'remuda task get "
                  + id
                  + "'");
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
      }
    }
    target.output().document(watch.last);
    return switch (watch.state()) {
      case "DONE" -> Exit.OK.code();
      case "EXPIRED" -> Exit.TIMED_OUT.code();
      default -> Exit.FAILURE.code();
    };
  }

  private void tell(String data) {
    String before = state();
    try {
      last = new ObjectMapper().readTree(data);
    } catch (JsonProcessingException e) {
      throw new CliFailure(Exit.FAILURE, "the gateway sent an event that is no JSON: " + data, e);
    }
    if (!before.equals(state())) {
      target.say(last.path("id").asText() + " is " + state());
    }
  }

  private String state() {
    return last.path("state").asText();
  }

  private static boolean isEnded(String state) {
    return switch (state) {
      case "DONE", "FAILED", "EXPIRED", "CANCELLED" -> true;
      default -> false;
    };
  }
}
