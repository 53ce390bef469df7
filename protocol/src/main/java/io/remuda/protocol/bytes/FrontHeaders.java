package io.remuda.protocol.bytes;

import java.util.List;

/**
 * What a gateway and another machine's front, or a front and a model's host, say to each other in
 * headers, beside the request's.
 */
public final class FrontHeaders {

  /** The model as the client named it, so that the front need not look for it in the body. */
  public static final String MODEL = "x-remuda-model";

  /** {@code true} when the client asked for events. */
  public static final String STREAM = "x-remuda-stream";

  /** On an answer that is the front's own refusal: its code; the body is the sentence. */
  public static final String REFUSED = "x-remuda-refused";

  /** On a refusal: {@code true} when the request may be sent to another instance. */
  public static final String RETRY = "x-remuda-retry";

  /** On an answer: how many requests the instance has now, of whichever gateway. */
  public static final String LOAD = "x-remuda-load";

  /** Names a call to a model's host, and then the one whose end it is told of. */
  public static final String CALL = "x-remuda-call";

  /** On a request: milliseconds between two questions to a model's host how far the call is. */
  public static final String PROGRESS = "x-remuda-progress";

  /** The headers of an engine's answer that reach the gateway. */
  public static final List<String> ANSWER =
      List.of("content-type", "content-length", "retry-after", "retry-after-ms", "x-should-retry");

  private FrontHeaders() {}
}
