package io.remuda.protocol.testing;

import io.netty.buffer.ByteBuf;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps an answer for a test to look at, and notices when the order of callbacks is broken. */
public final class CollectingSink implements InferenceSink {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CountDownLatch over = new CountDownLatch(1);
  private int status;
  private List<Map.Entry<String, String>> headers = List.of();
  private @Nullable Refused failure;
  private boolean safeToRetry;
  private int ends;
  private int chunks;
  private String misuse = "";
  private int sent;

  @Override
  public synchronized void onSent() {
    if (sent > 0 || status != 0 || ends > 0) {
      misuse = "sent a second time, or after its answer";
    }
    sent++;
  }

  @Override
  public void onLoad(int requests) {}

  @Override
  public synchronized void onHead(int answered, List<Map.Entry<String, String>> answeredHeaders) {
    if (status != 0 || ends > 0) {
      misuse = "a second head, or one after the end";
    }
    status = answered;
    headers = answeredHeaders;
  }

  @Override
  public synchronized void onBytes(ByteBuf chunk) {
    if (status == 0 || ends > 0) {
      misuse = "bytes outside of the answer";
    }
    chunks++;
    byte[] copy = new byte[chunk.readableBytes()];
    chunk.readBytes(copy);
    bytes.writeBytes(copy);
    chunk.release();
  }

  @Override
  public synchronized void onEnd() {
    ends++;
    over.countDown();
  }

  @Override
  public synchronized void onFailure(Refused reason, boolean safe) {
    ends++;
    failure = reason;
    safeToRetry = safe;
    over.countDown();
  }

  /** Whether the engine may have seen the request. */
  public synchronized boolean isSent() {
    return sent > 0;
  }

  /** Waits for the end, good or bad. */
  public CollectingSink await() {
    try {
      if (!over.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("no end within 60 s; so far " + text());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    synchronized (this) {
      if (ends != 1 || !misuse.isEmpty()) {
        throw new AssertionError(ends + " ends; " + misuse);
      }
    }
    return this;
  }

  public synchronized int status() {
    return status;
  }

  public synchronized List<Map.Entry<String, String>> headers() {
    return headers;
  }

  public synchronized String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  public synchronized int size() {
    return bytes.size();
  }

  public synchronized int chunks() {
    return chunks;
  }

  public synchronized Optional<Refused> failure() {
    return Optional.ofNullable(failure);
  }

  public synchronized boolean safeToRetry() {
    return safeToRetry;
  }

  /** Ends so far: never more than one. */
  public synchronized int ends() {
    return ends;
  }
}
