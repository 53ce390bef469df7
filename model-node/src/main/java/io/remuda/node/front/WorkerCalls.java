package io.remuda.node.front;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What the door does with the calls of workers that join this machine: {@code /v1/instances}. */
@FunctionalInterface
public interface WorkerCalls {

  /** Longer bodies are refused unread: descriptors of a large schema have some 100 KB. */
  int MOST_BYTES = 4 << 20;

  /** Of a machine that no worker joins. */
  WorkerCalls NONE =
      call ->
          CompletableFuture.completedStage(
              Answer.refused(Refused.of(ErrorCode.NOT_FOUND, "no worker joins this machine")));

  /**
   * Why the call is refused by its head alone, whose body is then not held; quick. Who is let in
   * here is asked for again with the body.
   */
  default Optional<Answer> objection(Head head) {
    return Optional.empty();
  }

  /** Answers within limits of its own and never blocks. */
  CompletionStage<Answer> answer(Call call);

  /**
   * A call without its body.
   *
   * @param path without a query
   * @param authorization the header of this name
   * @param apiKey the header {@code x-api-key}
   * @param ours whether it carries the cluster's key
   * @param here whether it comes from this machine
   */
  record Head(
      String method,
      String path,
      Optional<String> authorization,
      Optional<String> apiKey,
      boolean ours,
      boolean here) {

    /** Without what is a secret. */
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /** One call. */
  record Call(Head head, String body) {

    /** Without what is a secret. */
    @Override
    public String toString() {
      return head.toString();
    }
  }

  /**
   * Its answer.
   *
   * @param json empty for one without a body
   */
  record Answer(int status, String json) {

    static Answer refused(Refused refused) {
      return RefusalJson.answer(refused);
    }
  }
}
