package io.remuda.node.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/** The bytes of a GGUF header, one after another; what the file does not have is an error. */
final class GgufBytes {
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer window = ByteBuffer.allocate(256 * 1024);
  private long windowStart;

  GgufBytes(FileChannel channel) throws IOException {
    this.channel = channel;
    this.size = channel.size();
    window.order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  /** Of the whole file. */
  long size() {
    return size;
  }

  /** A length that follows, of elements of at least {@code width} bytes that have to be there. */
  long length(String key, int width) throws IOException, BadModelFile {
    long length = int64("the length of " + key);
    if (length < 0 || length > (size - position()) / width) {
      throw new BadModelFile(
          key
              + " claims a length of "
              + Long.toUnsignedString(length)
              + ", more than the rest of the file; it was cut short or damaged");
    }
    return length;
  }

  String text(String what, int longest) throws IOException, BadModelFile {
    long length = length(what, 1);
    if (length > longest) {
      throw new BadModelFile(what + " is " + length + " bytes long, at most " + longest);
    }
    return new String(bytes((int) length, what), StandardCharsets.UTF_8)
        .replaceAll("\\p{Cntrl}", "?");
  }

  byte[] bytes(int length, String what) throws IOException, BadModelFile {
    byte[] result = new byte[length];
    int done = 0;
    while (done < length) {
      int step = Math.min(length - done, window.capacity());
      need(step, what).get(result, done, step);
      done += step;
    }
    return result;
  }

  int int32(String what) throws IOException, BadModelFile {
    return need(4, what).getInt();
  }

  long int64(String what) throws IOException, BadModelFile {
    return need(8, what).getLong();
  }

  long position() {
    return windowStart + window.position();
  }

  void skip(long count, String what) throws BadModelFile {
    if (count > size - position()) {
      throw cut(what);
    }
    if (count <= window.remaining()) {
      window.position(window.position() + (int) count);
    } else {
      windowStart = position() + count;
      window.position(0).limit(0);
    }
  }

  ByteBuffer need(int count, String what) throws IOException, BadModelFile {
    if (window.remaining() < count) {
      windowStart = position();
      window.clear();
      while (window.hasRemaining() && channel.read(window, windowStart + window.position()) > 0) {
        // Reads until the window is full or the file ends.
      }
      window.flip();
      if (window.remaining() < count) {
        throw cut(what);
      }
    }
    return window;
  }

  private BadModelFile cut(String what) {
    return new BadModelFile(
        "the file ends after " + size + " bytes, in the middle of " + what + "; fetch it again");
  }
}
