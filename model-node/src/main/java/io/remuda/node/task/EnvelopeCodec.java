package io.remuda.node.task;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;

/** Reads what lies in a queue, where anybody may have put anything. */
final class EnvelopeCodec {

  private EnvelopeCodec() {}

  /**
   * The task. Throws for what is none: an empty message too is an envelope to protobuf, and nothing
   * can be claimed under its empty id.
   */
  static TaskEnvelope read(ByteString message) throws InvalidProtocolBufferException {
    TaskEnvelope task = TaskEnvelope.parseFrom(message);
    if (TaskId.parse(task.getTaskId()).isEmpty()) {
      throw new InvalidProtocolBufferException("it has no task's id");
    }
    return task;
  }
}
