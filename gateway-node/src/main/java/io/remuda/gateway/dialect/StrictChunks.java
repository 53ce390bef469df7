package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One stream of an engine that speaks OpenAI's words loosely, as the strictest clients read it:
 * each chunk is whole in itself, each choice begins with its role and ends once with a reason. What
 * an engine says beside is left as it is.
 */
public final class StrictChunks {

  private static final String FINISH = "finish_reason";
  private static final String DELTA = "delta";
  private static final String ROLE = "role";
  private static final String CONTENT = "content";

  private final AnswerKind kind;
  private final CallFacts facts;
  private final StrictHead head;
  private final Map<Integer, Choice> choices = new TreeMap<>();

  /** What came of one choice so far. */
  private static final class Choice {
    private final StrictCalls calls;
    private boolean finished;

    Choice(StrictCalls calls) {
      this.calls = calls;
    }
  }

  public StrictChunks(AnswerKind kind, CallFacts facts) {
    this.kind = kind;
    this.facts = facts;
    this.head = new StrictHead(kind, facts);
  }

  /**
   * Mends the next chunk in place.
   *
   * @param events takes it, behind what has to come before it
   * @throws BadAnswer when it tells of a failure
   */
  public void chunk(ObjectNode chunk, Consumer<ObjectNode> events) throws BadAnswer {
    ChatPiece.refuseError(chunk);
    head.mend(chunk, kind.chunk());
    for (JsonNode each : StrictHead.choices(chunk)) {
      mend((ObjectNode) each);
    }
    if (StrictUsage.mend(chunk) && chunk.path("choices").isEmpty()) {
      // The tokens are told last: clients take a choice that is open then for one that broke off.
      close(events);
    }
    events.accept(chunk);
  }

  /** Whether every choice that has begun has ended, and one has. */
  public boolean isFinished() {
    return !choices.isEmpty() && choices.values().stream().allMatch(choice -> choice.finished);
  }

  /** Ends what the engine left open, now that it has told the end of all. */
  public void close(Consumer<ObjectNode> events) {
    choices.forEach(
        (index, choice) -> {
          if (!choice.finished) {
            choice.finished = true;
            events.accept(closing(index, choice));
          }
        });
  }

  private ObjectNode closing(int index, Choice choice) {
    ObjectNode chunk = Trees.object();
    head.mend(chunk, kind.chunk());
    ObjectNode closed = chunk.putArray("choices").addObject().put("index", index);
    if (kind == AnswerKind.CHAT) {
      closed.putObject(DELTA);
    } else {
      closed.put("text", "").putNull("logprobs");
    }
    closed.put(FINISH, choice.calls.any() ? FinishReasons.TOOL_CALLS : FinishReasons.STOP);
    return chunk;
  }

  private void mend(ObjectNode said) {
    int index = said.path("index").asInt();
    boolean first = !choices.containsKey(index);
    Choice choice =
        choices.computeIfAbsent(
            index,
            number ->
                new Choice(
                    new StrictCalls(
                        number == 0 ? facts.requestId() : facts.requestId() + "_" + number)));
    if (kind == AnswerKind.CHAT) {
      delta(said, choice, first);
    } else {
      text(said);
    }
    Optional<String> reason = FinishReasons.of(said.path(FINISH), choice.calls.any());
    if (reason.isPresent() && !choice.finished) {
      choice.finished = true;
      said.put(FINISH, reason.get());
    } else {
      said.putNull(FINISH);
    }
  }

  private static void delta(ObjectNode said, Choice choice, boolean first) {
    ObjectNode delta = said.path(DELTA) instanceof ObjectNode given ? given : said.putObject(DELTA);
    choice.calls.mend(delta, false);
    if (first) {
      delta.put(ROLE, "assistant");
      if (!delta.has(CONTENT)) {
        delta.put(CONTENT, "");
      }
    } else if (delta.has(ROLE)) {
      delta.put(ROLE, "assistant");
    }
  }

  private static void text(ObjectNode said) {
    if (!said.path("text").isTextual()) {
      said.put("text", "");
    }
    if (!said.has("logprobs")) {
      said.putNull("logprobs");
    }
  }
}
