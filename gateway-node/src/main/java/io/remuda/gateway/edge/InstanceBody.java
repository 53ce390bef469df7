package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.dialect.AnswerKind;
import io.remuda.gateway.dialect.CallFacts;
import io.remuda.gateway.dialect.ContinuedBody;
import io.remuda.gateway.dialect.OllamaNames;
import io.remuda.gateway.dialect.PlainFields;
import io.remuda.gateway.dialect.Translator;
import io.remuda.gateway.dialect.Trees;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.model.Defaults;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance gets of a client's request: the body as it came, or what it was translated to,
 * for a typed model or an engine that does not speak the client's dialect. Translated is once for
 * each model that it is sent to. Lives on one loop.
 */
final class InstanceBody {

  private static final Logger log = LoggerFactory.getLogger(InstanceBody.class);

  private final ClientRequest request;
  private final int answerLimit;
  private final MadeBodies made = new MadeBodies();
  private String model = "";
  private boolean stream;
  private Optional<String> beyondText = Optional.empty();
  private long answerTokens = -1;
  private boolean streamOptions;
  private boolean asksUsage;
  private @Nullable Translation translation;
  private Defaults defaults = Defaults.NONE;

  /** Whether JSON is wanted in a dialect in which engines may read over that; see WantedJson. */
  private boolean wantsJson;

  /**
   * @param answerLimit bytes of an answer that is held to be translated or mended
   */
  InstanceBody(ClientRequest request, int answerLimit) {
    this.request = request;
    this.answerLimit = answerLimit;
  }

  /** Finds out which model is asked for and how; or why that cannot be told. */
  Optional<Refused> read(Translations translations) {
    if (!request.endpoint().isTyped()) {
      BodyScan.Result result = BodyScan.of(request.body(), request.endpoint().streamsUnasked());
      result
          .scan()
          .ifPresent(
              scan -> {
                model =
                    request.endpoint().dialect() == Endpoint.Dialect.OLLAMA
                        ? OllamaNames.untagged(scan.model())
                        : scan.model();
                stream = scan.stream();
                beyondText = scan.beyondText();
                answerTokens = scan.answerTokens();
                streamOptions = scan.streamOptions();
                translation = Dialects.translator(request.endpoint()).map(this::call).orElse(null);
                wantsJson = WantedJson.isIn(request.endpoint(), request.body());
              });
      return result.refused();
    }
    if (request.model().isEmpty()) {
      return Optional.of(
          Refused.of(
              ErrorCode.INVALID_REQUEST,
              "name the model in the address, as in POST /predict/{model}"));
    }
    model = request.model().get();
    Translations.Found found = translations.of(request.endpoint(), request.headers());
    found
        .translation()
        .ifPresent(
            one -> {
              translation = one;
              stream = one.stream();
            });
    return found.refused();
  }

  private Translation call(Translator translator) {
    boolean events = stream && request.endpoint().end() != Endpoint.End.NONE;
    return new DialectCall(
        translator, request.endpoint(), request.requestId(), events, answerLimit, Instant.now());
  }

  /**
   * The client's name is an alias of {@code name}, or that name itself. An engine may know its own
   * name alone, so that the body must say that one; why it cannot, where it cannot. May be called
   * again with another name, while no instance works on what was made for the last one.
   */
  Optional<Refused> answeredBy(String name) {
    if (name.equals(model)) {
      return Optional.empty();
    }
    model = name;
    made.freeAllButTheRest();
    if (request.endpoint().isTyped()) {
      return Optional.empty();
    }
    ModelRewrite.Result result = ModelRewrite.of(request.body(), name);
    result.body().ifPresent(made::renamed);
    return result.refused();
  }

  /** The model that answers; as the client named it until that is known. */
  String model() {
    return model;
  }

  /** The most tokens of an answer that the client wants; negative where it did not say. */
  long answerTokens() {
    return answerTokens;
  }

  /** From now on engines that stream are asked for their tokens, where the client did not. */
  void askUsage() {
    asksUsage =
        stream
            && !streamOptions
            && (request.endpoint() == Endpoint.CHAT || request.endpoint() == Endpoint.COMPLETIONS);
  }

  /** Whether the instance's answer tells tokens that its client did not ask for. */
  boolean hidesUsage(Target target) {
    return asksUsage && between(target) == null;
  }

  /** Whether the client wants a stream. */
  boolean stream() {
    return stream;
  }

  /**
   * The field by which the instance is asked for more than plain text of one choice, if it is: by
   * the client, or by what its deployment says by default.
   */
  Optional<String> beyondText(Target target) {
    return beyondText.isPresent()
            || defaults.numbers().keySet().stream().allMatch(PlainFields::contains)
        ? beyondText
        : BodyScan.of(forInstance(target).body()).scan().flatMap(BodyScan::beyondText);
  }

  /**
   * Makes the body for an instance of the model; or says what is wrong with the client's, or that
   * the instance's engine does not answer such. Where it was made before, nothing is done.
   */
  Optional<Translation.Translated.Bad> prepare(ModelEntry entry, Target target) {
    defaults = entry.defaults();
    Translation between = between(target);
    Set<String> offered = target.route().endpoints();
    boolean offersIt = Dialects.isNative(request.endpoint(), offered);
    if (between == null || (request.endpoint().isTyped() && !offersIt)) {
      return offersIt ? Optional.empty() : Optional.of(notOffered(offered));
    }
    if (!made.isTranslated()) {
      Translation.Translated result = translated(between, entry);
      if (result instanceof Translation.Translated.Bad bad) {
        if (offersIt && wantsJson) {
          // What a chat has no words for is the engine's to answer, as it can.
          wantsJson = false;
          return Optional.empty();
        }
        return Optional.of(bad);
      }
      made.translated(((Translation.Translated.Body) result).bytes());
    }
    return offered.isEmpty() || offered.contains(between.path())
        ? Optional.empty()
        : Optional.of(notOffered(offered));
  }

  /** A fault of the translation's own is told too: thrown from here, it would be told to nobody. */
  private Translation.Translated translated(Translation between, ModelEntry entry) {
    try {
      return between.request(entry, request.body());
    } catch (RuntimeException e) {
      log.error("request {} to {} cannot be translated", request.requestId(), entry.name(), e);
      return new Translation.Translated.Bad(
          Refused.of(
              ErrorCode.INTERNAL,
              "the gateway failed to translate the request; its log has the cause under "
                  + request.requestId()),
          "");
    }
  }

  private Translation.Translated.Bad notOffered(Set<String> offered) {
    return new Translation.Translated.Bad(
        Refusals.notOffered(model, request.endpoint(), offered), "");
  }

  /** What stands between the client and the instance; nothing where both speak alike. */
  private @Nullable Translation between(Target target) {
    Set<String> offered = target.route().endpoints();
    boolean alike =
        !request.endpoint().isTyped()
            && Dialects.isNative(request.endpoint(), offered)
            && !(wantsJson && offered.contains(Endpoint.CHAT.path()));
    return alike ? null : translation;
  }

  /** The way to the instance, with what it answers translated back, or mended if it needs that. */
  InferencePort answersOf(Target target, InferencePort port) {
    Translation between = between(target);
    if (between != null) {
      return between.answersOf(port);
    }
    Optional<AnswerKind> loose =
        target.route().clean() ? Optional.empty() : Dialects.mended(request.endpoint());
    return loose.map(kind -> mended(kind, port)).orElse(port);
  }

  private InferencePort mended(AnswerKind kind, InferencePort port) {
    CallFacts facts = new CallFacts(model, request.requestId(), Instant.now());
    return RetoldAnswer.behind(
        port, () -> new MendedTelling(kind, facts), Endpoint.Dialect.OPENAI, stream, answerLimit);
  }

  InferenceRequest forInstance(Target target) {
    Translation between = between(target);
    String path = between == null ? request.endpoint().path() : between.path();
    ByteBuf body =
        between == null ? made.inItsOwnWords(request.body()) : made.inOthers(request.body());
    ByteBuf whole = completed(body, path, between != null);
    return new InferenceRequest(
        target.instance(),
        "POST",
        path,
        request.withLease(between == null ? request.headers() : between.headers(request.headers())),
        hidesUsage(target) ? made.asking(whole) : whole,
        model,
        request.requestId(),
        stream,
        request.loop());
  }

  /** What the instance is asked; empty where that is not JSON in UTF-8. */
  Optional<JsonNode> asked(Target target) {
    return Trees.read(ByteBufUtil.getBytes(forInstance(target).body()));
  }

  /**
   * What an instance is asked that goes on with an answer; what was made so before is given up.
   *
   * @param text of the answer so far
   * @param tokens of that
   */
  InferenceRequest rest(Target target, AnswerKind kind, String text, long tokens) {
    InferenceRequest whole = forInstance(target);
    ObjectNode tree = (ObjectNode) Trees.read(ByteBufUtil.getBytes(whole.body())).orElseThrow();
    ContinuedBody.add(kind, target.route().continues(), tree, text, tokens);
    ByteBuf question = Unpooled.wrappedBuffer(Trees.bytes(tree));
    made.rest(question);
    return whole.withBody(question);
  }

  /** With what the deployment says where the client does not, if it is a chat or a completion. */
  private ByteBuf completed(ByteBuf body, String path, boolean inOthers) {
    boolean chat = path.equals(Endpoint.CHAT.path());
    return chat || path.equals(Endpoint.COMPLETIONS.path())
        ? made.completed(body, defaults, chat, inOthers)
        : body;
  }

  void release() {
    request.body().release();
    made.freeAll();
  }
}
