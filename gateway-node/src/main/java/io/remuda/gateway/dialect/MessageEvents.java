package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A streamed chat as Anthropic's events: the message starts, its blocks follow each other, each
 * with a start, deltas and a stop, and at the end the reason and the tokens are told.
 */
final class MessageEvents implements EventStream {

  /** What is open now. */
  private enum Block {
    NONE,
    THINKING,
    TEXT,
    TOOL
  }

  private final MessageHead head;
  private final boolean thoughts;
  private boolean started;
  private Block open = Block.NONE;
  private int index = -1;
  private final CallNumbers numbers = new CallNumbers();
  private int tool = -1;
  private Optional<String> finish = Optional.empty();
  private Optional<String> stopText = Optional.empty();
  private ChatUsage usage = ChatUsage.NONE;

  MessageEvents(MessageHead head, boolean thoughts) {
    this.head = head;
    this.thoughts = thoughts;
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
    stopText = piece.stopText().or(() -> stopText);
    start(out);
    if (thoughts && !piece.thinking().isEmpty()) {
      open(Block.THINKING, thinking(), out);
      delta("thinking_delta", "thinking", piece.thinking(), out);
    }
    if (!piece.text().isEmpty()) {
      open(Block.TEXT, Trees.object().put("type", "text").put("text", ""), out);
      delta("text_delta", "text", piece.text(), out);
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
    close(out);
    ObjectNode last = event("message_delta");
    MessageHead.stop(finish, stopText, tool >= 0, last.putObject("delta"));
    last.set("usage", MessageHead.usage(usage));
    out.accept(last);
    out.accept(event("message_stop"));
  }

  private void start(Consumer<ObjectNode> out) {
    if (!started) {
      started = true;
      ObjectNode start = event("message_start");
      ObjectNode message = head.message();
      message.set("usage", MessageHead.usage(usage));
      start.set("message", message);
      out.accept(start);
      out.accept(event("ping"));
    }
  }

  private static ObjectNode thinking() {
    return Trees.object().put("type", "thinking").put("thinking", "").put("signature", "");
  }

  private void call(ToolPiece call, Consumer<ObjectNode> out) throws BadAnswer {
    if (call.index() < tool || (call.index() == tool && open != Block.TOOL)) {
      throw BadAnswer.of("the engine went back to a tool call that was over; try again");
    }
    if (call.index() > tool) {
      close(out);
      tool = call.index();
      ObjectNode block = Trees.object().put("type", "tool_use");
      block.put("id", call.id().orElse("toolu_" + head.id() + "_" + call.index()));
      block.put("name", call.name().orElse(""));
      block.putObject("input");
      open(Block.TOOL, block, out);
    }
    if (!call.arguments().isEmpty()) {
      delta("input_json_delta", "partial_json", call.arguments(), out);
    }
  }

  private void open(Block kind, ObjectNode block, Consumer<ObjectNode> out) {
    if (open == kind) {
      return;
    }
    close(out);
    open = kind;
    index++;
    ObjectNode start = event("content_block_start").put("index", index);
    start.set("content_block", block);
    out.accept(start);
  }

  private void delta(String type, String field, String text, Consumer<ObjectNode> out) {
    ObjectNode event = event("content_block_delta").put("index", index);
    event.putObject("delta").put("type", type).put(field, text);
    out.accept(event);
  }

  private void close(Consumer<ObjectNode> out) {
    if (open != Block.NONE) {
      open = Block.NONE;
      out.accept(event("content_block_stop").put("index", index));
    }
  }

  private static ObjectNode event(String type) {
    return Trees.object().put("type", type);
  }
}
