package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.WireMessage;
import java.time.Duration;
import java.util.Optional;

/**
 * How far an engine that comes up is with its model, for those who wait; beside the percentage.
 *
 * @param bytesRead of the model's files, as far as its machine can see it
 * @param bytes of the model's files; 0 where nobody can see how many of them were read
 * @param left until it is ready, by what is known now; empty where nothing says
 */
public record Loading(long bytesRead, long bytes, Optional<Duration> left) implements WireMessage {

  public Loading {
    left = Absent.orEmpty(left);
  }
}
