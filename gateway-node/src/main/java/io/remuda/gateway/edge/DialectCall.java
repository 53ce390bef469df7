package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.dialect.CallFacts;
import io.remuda.gateway.dialect.Put;
import io.remuda.gateway.dialect.Translator;
import io.remuda.gateway.dialect.Trees;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferencePort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request in a dialect that its engine does not speak. */
final class DialectCall implements Translation {

  private final Translator translator;
  private final Endpoint endpoint;
  private final String requestId;
  private final boolean stream;
  private final int answerLimit;
  private final Instant at;
  private Put.@Nullable Asked asked;

  /**
   * @param stream whether the client wants events
   * @param answerLimit bytes of one event, or of an answer in one piece
   */
  DialectCall(
      Translator translator,
      Endpoint endpoint,
      String requestId,
      boolean stream,
      int answerLimit,
      Instant at) {
    this.translator = translator;
    this.endpoint = endpoint;
    this.requestId = requestId;
    this.stream = stream;
    this.answerLimit = answerLimit;
    this.at = at;
  }

  @Override
  public boolean stream() {
    return stream;
  }

  @Override
  public Translated request(ModelEntry model, ByteBuf body) {
    Optional<JsonNode> tree = Trees.read(ByteBufUtil.getBytes(body));
    if (tree.isEmpty() || !tree.get().isObject()) {
      return new Translated.Bad(
          Refused.of(ErrorCode.INVALID_JSON, "the body is not JSON in UTF-8; send it as UTF-8"),
          "");
    }
    CallFacts facts = new CallFacts(model.name(), requestId, at);
    Put put = translator.put((ObjectNode) tree.get(), facts);
    if (put instanceof Put.Bad bad) {
      return new Translated.Bad(bad.refused(), bad.param());
    }
    Put.Asked question = (Put.Asked) put;
    asked = question;
    return new Translated.Body(Unpooled.wrappedBuffer(Trees.bytes(question.body())));
  }

  @Override
  public String path() {
    return question().path();
  }

  @Override
  public List<Map.Entry<String, String>> headers(List<Map.Entry<String, String>> passed) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(passed.size() + 2);
    for (Map.Entry<String, String> header : passed) {
      if (header.getKey().startsWith("trace")) {
        headers.add(header);
      }
    }
    headers.add(Map.entry("content-type", "application/json"));
    headers.add(Map.entry("accept", stream ? "text/event-stream" : "application/json"));
    return headers;
  }

  @Override
  public InferencePort answersOf(InferencePort port) {
    Put.Asked question = question();
    return RetoldAnswer.behind(
        port,
        () -> new DialectTelling(question.answers()),
        endpoint.dialect(),
        stream,
        answerLimit);
  }

  private Put.Asked question() {
    Put.Asked question = asked;
    if (question == null) {
      throw new IllegalStateException("an answer before a request");
    }
    return question;
  }
}
