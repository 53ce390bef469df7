package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.gateway.edge.Endpoint.End;
import io.remuda.protocol.bytes.Tail;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Watches the end of a stream of events, and little but the end: whether something may be put
 * between two events now, and whether what was sent is a complete answer.
 */
public final class StreamGuard {

  /** How a stream that the engine closed in good order has ended. */
  public enum Ending {
    /** As its clients expect. */
    COMPLETE,
    /** With a reason to finish, but without {@code data: [DONE]}, which is to be added. */
    WITHOUT_DONE,
    /** In the middle. */
    BROKEN
  }

  private static final byte[] LINE = {'\n'};
  private static final byte[] BOUNDARY = {'\n', '\n'};
  private static final byte[] CRLF_BOUNDARY = {'\r', '\n', '\r', '\n'};
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern FINISHED = Pattern.compile("\"finish_reason\"\\s*:\\s*\"[a-z]");
  private static final Pattern RESPONSE_OVER =
      Pattern.compile("\"type\"\\s*:\\s*\"(response\\.(completed|failed|incomplete)|error)\"");

  /** Not what a model says of it: quotes and ends of lines are escaped in a text. */
  private static final Pattern MESSAGE_OVER =
      Pattern.compile("(^|\n)event: ?message_stop|\"type\"\\s*:\\s*\"message_stop\"");

  /** Longer than what {@link #RESPONSE_OVER} looks for. */
  private static final int OVERLAP = 64;

  private final Tail tail = new Tail(2048);
  private final End end;
  private String before = "";
  private boolean responseOver;

  public StreamGuard(End end) {
    this.end = end;
  }

  public void add(ByteBuf chunk) {
    tail.add(chunk);
    if (end == End.RESPONSE_COMPLETED && !responseOver) {
      lookForTheLast(chunk);
    }
  }

  /** The last event of a response holds all of it, and its type may stand far from its end. */
  private void lookForTheLast(ByteBuf chunk) {
    String text = before + chunk.toString(StandardCharsets.ISO_8859_1);
    responseOver = RESPONSE_OVER.matcher(text).find();
    before = text.substring(Math.max(0, text.length() - OVERLAP));
  }

  /** Whether the last byte sent was the end of an event, or nothing was sent yet. */
  public boolean betweenEvents() {
    if (end == End.DONE_LINE) {
      return tail.size() == 0 || tail.endsWith(LINE);
    }
    return tail.size() == 0 || tail.endsWith(BOUNDARY) || tail.endsWith(CRLF_BOUNDARY);
  }

  /** How the stream ended, now that the engine has closed it in good order. */
  public Ending ending() {
    return switch (end) {
      case NONE -> Ending.COMPLETE;
      case DONE -> doneEnding();
      case RESPONSE_COMPLETED -> complete(responseOver);
      case MESSAGE_STOP -> complete(MESSAGE_OVER.matcher(tail.text()).find());
      case DONE_LINE -> complete(tail.text().contains("\"done\":true"));
    };
  }

  private Ending doneEnding() {
    if (tail.endsWith(DONE)) {
      return Ending.COMPLETE;
    }
    String text = tail.text();
    int last = text.lastIndexOf("data:");
    if (last >= 0 && text.substring(last + 5).strip().equals("[DONE]")) {
      return Ending.COMPLETE;
    }
    return FINISHED.matcher(text).find() || text.contains("data: {\"error\"")
        ? Ending.WITHOUT_DONE
        : Ending.BROKEN;
  }

  private static Ending complete(boolean seen) {
    return seen ? Ending.COMPLETE : Ending.BROKEN;
  }
}
