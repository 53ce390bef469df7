package io.remuda.gateway.tasks;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.remuda.gateway.typed.TypedCodec;
import io.remuda.protocol.task.ResultSequence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** What typed models answered to tasks, for who asks: one message, or many of one that streams. */
public final class TaskResults {

  private TaskResults() {}

  /**
   * The message as JSON; many as an array of them.
   *
   * @throws IllegalArgumentException when it is not of the codec's schema
   */
  public static byte[] json(TypedCodec codec, ByteString result) {
    Optional<List<ByteString>> many = ResultSequence.parse(result);
    if (many.isEmpty()) {
      return codec.toJson(result);
    }
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    array.write('[');
    for (ByteString message : many.get()) {
      if (array.size() > 1) {
        array.write(',');
      }
      array.writeBytes(codec.toJson(message));
    }
    array.write(']');
    return array.toByteArray();
  }

  /** Many messages one after the other, each behind its length as a varint; empty for a single. */
  public static Optional<byte[]> sequence(ByteString result) {
    return ResultSequence.parse(result).map(TaskResults::delimited);
  }

  private static byte[] delimited(List<ByteString> messages) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      for (ByteString message : messages) {
        out.writeBytesNoTag(message);
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
