package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.dialect.AnswerKind;
import io.remuda.gateway.dialect.ChunkHead;
import io.remuda.gateway.dialect.PlainPiece;
import io.remuda.gateway.dialect.Trees;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client has of a stream of plain text, so that another engine can go on with it. Only whole
 * events are let through, for a seam has no place in the middle of one; they are read when there
 * are many, or when somebody asks. Lives on one loop.
 */
final class SentText {

  /** Events are read in such portions: one at a time would cost each of them more. */
  private static final int PORTION = 16 * 1024;

  private final AnswerKind kind;
  private final int limit;
  private final StringBuilder text = new StringBuilder();
  private final ByteBuf unread = Unpooled.buffer(1024);
  private final EventReader reader;
  private @Nullable ByteBuf begun;
  private Optional<ChunkHead> head = Optional.empty();
  private Optional<String> objection = Optional.empty();
  private boolean finished;
  private long tokens;

  /**
   * @param limit characters of text, and bytes of one event, that are kept
   */
  SentText(AnswerKind kind, int limit) {
    this.kind = kind;
    this.limit = limit;
    this.reader = new EventReader(limit + PORTION);
  }

  /**
   * What may go to the client of the bytes that came: all that is whole, with what was held back of
   * it before. Takes {@code bytes}; the answer is the caller's, and may be empty.
   */
  ByteBuf whole(ByteBuf bytes) {
    ByteBuf before = begun;
    begun = null;
    ByteBuf all = before == null ? bytes : Unpooled.wrappedBuffer(before, bytes);
    if (objection.isPresent()) {
      return all;
    }
    int end = endOfEvents(all);
    if (end < all.writerIndex() && all.writerIndex() - end > limit) {
      refuse("an event of it is larger than remuda.gateway.inference.resumed-text-size");
      return all;
    }
    if (end < all.writerIndex()) {
      // A copy: a slice would keep all that came with it until its event ends.
      begun = Unpooled.copiedBuffer(all.slice(end, all.writerIndex() - end));
      all.writerIndex(end);
    }
    unread.writeBytes(all, all.readerIndex(), all.readableBytes());
    if (unread.readableBytes() >= PORTION) {
      read();
    }
    return all;
  }

  /** What was held back, now that nothing follows; the caller's. */
  ByteBuf rest() {
    ByteBuf left = begun;
    begun = null;
    return left == null ? Unpooled.EMPTY_BUFFER : left;
  }

  /** Why nobody can go on with it, if so. */
  Optional<String> objection() {
    read();
    return objection;
  }

  /** Whether the answer is all there, but perhaps for the count of its tokens. */
  boolean isFinished() {
    read();
    return finished;
  }

  /** Whether the client has got {@code [DONE]}. */
  boolean isDone() {
    read();
    return reader.isDone();
  }

  String text() {
    read();
    return text.toString();
  }

  /** How its chunks name themselves; empty before the first. */
  Optional<ChunkHead> head() {
    read();
    return head;
  }

  /** Tokens of the text: as its chunks count them, or else as many as there were pieces of it. */
  long tokens() {
    read();
    return tokens;
  }

  void release() {
    rest().release();
  }

  private void read() {
    if (!unread.isReadable()) {
      return;
    }
    if (!reader.add(unread)) {
      refuse("an event of it is larger than remuda.gateway.inference.resumed-text-size");
    }
    unread.clear();
    for (String data = reader.next(); data != null; data = reader.next()) {
      JsonNode chunk = Trees.read(data).orElse(null);
      if (!reader.isAside(chunk)) {
        note(chunk);
      }
    }
    finished |= reader.isDone();
  }

  private void note(@Nullable JsonNode chunk) {
    if (chunk == null || !chunk.isObject()) {
      refuse("an event of it is no JSON object");
      return;
    }
    PlainPiece piece = PlainPiece.of(kind, chunk);
    piece.beyond().ifPresent(what -> refuse("it holds " + what + ", not text alone"));
    if (head.isEmpty()) {
      head = Optional.of(ChunkHead.of(chunk));
    }
    text.append(piece.text());
    if (text.length() > limit) {
      refuse("it is longer than remuda.gateway.inference.resumed-text-size");
    }
    if (piece.tokens() >= 0) {
      tokens = piece.tokens();
    } else if (!piece.text().isEmpty()) {
      tokens++;
    }
    finished |= piece.finished();
  }

  /** Nothing of it is kept from here on. */
  private void refuse(String why) {
    if (objection.isEmpty()) {
      objection = Optional.of(why);
      text.setLength(0);
      text.trimToSize();
    }
  }

  /** Behind the last empty line; the reader's index where there is none. */
  private static int endOfEvents(ByteBuf bytes) {
    for (int at = bytes.writerIndex() - 1; at > bytes.readerIndex(); at--) {
      if (bytes.getByte(at) == '\n') {
        byte before = bytes.getByte(at - 1);
        boolean crlf =
            before == '\r' && at - 2 >= bytes.readerIndex() && bytes.getByte(at - 2) == '\n';
        if (before == '\n' || crlf) {
          return at + 1;
        }
      }
    }
    return bytes.readerIndex();
  }
}
