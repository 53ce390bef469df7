package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Consumer;

/** The item of a streamed response that is being written, and its events. */
final class OpenItem {

  /** What it is. */
  enum Kind {
    REASONING("rs", "reasoning_text"),
    MESSAGE("msg", "output_text"),
    CALL("fc", "function_call_arguments");

    private final String prefix;
    private final String delta;

    Kind(String prefix, String delta) {
      this.prefix = prefix;
      this.delta = delta;
    }

    String prefix() {
      return prefix;
    }
  }

  private final Kind kind;
  private final String id;
  private final ToolPiece call;
  private final StringBuilder text = new StringBuilder();
  private int index;

  private OpenItem(Kind kind, String id, ToolPiece call) {
    this.kind = kind;
    this.id = id;
    this.call = call;
  }

  static OpenItem of(Kind kind, String id) {
    return new OpenItem(kind, id, new ToolPiece(0, Optional.empty(), Optional.empty(), ""));
  }

  static OpenItem call(String id, ToolPiece call) {
    return new OpenItem(Kind.CALL, id, call);
  }

  Kind kind() {
    return kind;
  }

  void begin(int outputIndex, Consumer<ObjectNode> out) {
    index = outputIndex;
    ObjectNode added = event("response.output_item.added");
    added.set("item", item(ResponseItems.OPEN));
    out.accept(added);
    if (kind != Kind.CALL) {
      ObjectNode part = inPart("response.content_part.added");
      part.set("part", part(""));
      out.accept(part);
    }
  }

  void add(String piece, Consumer<ObjectNode> out) {
    text.append(piece);
    String type = "response." + kind.delta + ".delta";
    ObjectNode delta = kind == Kind.CALL ? ofItem(type) : inPart(type);
    delta.put("delta", piece);
    if (kind == Kind.MESSAGE) {
      delta.putArray("logprobs");
    }
    out.accept(delta);
  }

  /** Tells that it is whole; and what it came to. */
  ObjectNode end(String status, Consumer<ObjectNode> out) {
    String type = "response." + kind.delta + ".done";
    if (kind == Kind.CALL) {
      out.accept(ofItem(type).put("name", call.name().orElse("")).put("arguments", whole()));
    } else {
      ObjectNode done = inPart(type).put("text", whole());
      if (kind == Kind.MESSAGE) {
        done.putArray("logprobs");
      }
      out.accept(done);
      ObjectNode part = inPart("response.content_part.done");
      part.set("part", part(whole()));
      out.accept(part);
    }
    ObjectNode item = item(status);
    ObjectNode over = event("response.output_item.done");
    over.set("item", item);
    out.accept(over);
    return item;
  }

  private String whole() {
    return text.toString();
  }

  private ObjectNode item(String status) {
    return switch (kind) {
      case REASONING -> ResponseItems.reasoning(id, status, whole());
      case MESSAGE -> ResponseItems.message(id, status, whole());
      case CALL -> ResponseItems.call(id, status, call, whole());
    };
  }

  private ObjectNode part(String of) {
    return kind == Kind.MESSAGE
        ? ResponseItems.outputText(of)
        : ResponseItems.part("reasoning_text", of);
  }

  private ObjectNode event(String type) {
    return Trees.object().put("type", type).put("output_index", index);
  }

  private ObjectNode ofItem(String type) {
    return event(type).put("item_id", id);
  }

  private ObjectNode inPart(String type) {
    return ofItem(type).put("content_index", 0);
  }
}
