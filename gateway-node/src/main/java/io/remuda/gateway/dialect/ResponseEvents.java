package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A streamed chat as the events of a response: it is created, its items are added, filled by deltas
 * and done one after the other, and at the end the whole response is told again.
 */
final class ResponseEvents implements EventStream {

  private final ResponseHead head;
  private final ArrayNode output = Trees.array();
  private int sequence;
  private boolean started;
  private @Nullable OpenItem open;
  private final CallNumbers numbers = new CallNumbers();
  private int tool = -1;
  private Optional<String> finish = Optional.empty();
  private ChatUsage usage = ChatUsage.NONE;

  ResponseEvents(ResponseHead head) {
    this.head = head;
  }

  @Override
  public void chunk(JsonNode chunk, Duration sinceAsked, Consumer<ObjectNode> out)
      throws BadAnswer {
    ChatPiece piece = ChatPiece.ofChunk(chunk);
    if (piece.isEmpty()) {
      return;
    }
    usage = piece.usage().orElse(usage);
    finish = piece.finish().or(() -> finish);
    start(out);
    if (!piece.thinking().isEmpty()) {
      open(OpenItem.Kind.REASONING, out).add(piece.thinking(), numbered(out));
    }
    if (!piece.text().isEmpty()) {
      open(OpenItem.Kind.MESSAGE, out).add(piece.text(), numbered(out));
    }
    for (ToolPiece call : piece.tools()) {
      call(numbers.numbered(call), out);
    }
  }

  @Override
  public void end(boolean done, Duration sinceAsked, Consumer<ObjectNode> out) {
    if (!done && finish.isEmpty()) {
      return;
    }
    start(out);
    if (output.isEmpty() && open == null) {
      open(OpenItem.Kind.MESSAGE, out);
    }
    ObjectNode response = head.over(finish, usage);
    String status = response.path("status").asText();
    close(status, out);
    response.set("output", output);
    tell("response." + status, response, out);
  }

  private void start(Consumer<ObjectNode> out) {
    if (!started) {
      started = true;
      tell("response.created", head.begun(), out);
      tell("response.in_progress", head.begun(), out);
    }
  }

  private void tell(String type, ObjectNode response, Consumer<ObjectNode> out) {
    ObjectNode event = Trees.object();
    event.set("response", response);
    // Last, so that the end of a stream shows what it was however long the response is.
    event.put("sequence_number", sequence++).put("type", type);
    out.accept(event);
  }

  private Consumer<ObjectNode> numbered(Consumer<ObjectNode> out) {
    return event -> out.accept(event.put("sequence_number", sequence++));
  }

  private void call(ToolPiece call, Consumer<ObjectNode> out) throws BadAnswer {
    OpenItem item = open;
    boolean goesOn = call.index() == tool && item != null && item.kind() == OpenItem.Kind.CALL;
    if (call.index() > tool) {
      tool = call.index();
      item = begin(OpenItem.call(head.itemId("fc", output.size() + openItems()), call), out);
    } else if (!goesOn) {
      throw BadAnswer.of("the engine went back to a tool call that was over; try again");
    }
    if (item != null && !call.arguments().isEmpty()) {
      item.add(call.arguments(), numbered(out));
    }
  }

  private OpenItem open(OpenItem.Kind kind, Consumer<ObjectNode> out) {
    OpenItem item = open;
    if (item != null && item.kind() == kind) {
      return item;
    }
    String id = head.itemId(kind.prefix(), output.size() + openItems());
    return begin(OpenItem.of(kind, id), out);
  }

  private int openItems() {
    return open == null ? 0 : 1;
  }

  private OpenItem begin(OpenItem next, Consumer<ObjectNode> out) {
    close(ResponseItems.DONE, out);
    next.begin(output.size(), numbered(out));
    open = next;
    return next;
  }

  private void close(String status, Consumer<ObjectNode> out) {
    OpenItem item = open;
    if (item != null) {
      open = null;
      output.add(item.end(status, numbered(out)));
    }
  }
}
