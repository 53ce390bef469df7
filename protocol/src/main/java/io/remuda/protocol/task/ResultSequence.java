package io.remuda.protocol.task;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.proto.task.TaskSequence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The result of a task whose model streams: all its messages, in a form that tells itself apart
 * from a single message by its first bytes.
 */
public final class ResultSequence {

  /** Of an empty sequence, and the beginning of every other. */
  private static final ByteString BEGINNING =
      TaskSequence.newBuilder().setSequence(true).build().toByteString();

  private ResultSequence() {}

  /**
   * The result of a model that answered {@code answer}: messages one after the other, each behind
   * its length as a varint.
   *
   * @throws InvalidProtocolBufferException when it ends within a message
   */
  public static ByteString of(ByteString answer) throws InvalidProtocolBufferException {
    TaskSequence.Builder all = TaskSequence.newBuilder().setSequence(true);
    try {
      CodedInputStream bytes = answer.newCodedInput();
      while (!bytes.isAtEnd()) {
        all.addMessage(bytes.readBytes());
      }
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
    return all.build().toByteString();
  }

  /** The messages; empty when the result is a single message. */
  public static Optional<List<ByteString>> parse(ByteString result) {
    if (!result.startsWith(BEGINNING)) {
      return Optional.empty();
    }
    try {
      return Optional.of(TaskSequence.parseFrom(result).getMessageList());
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }
}
