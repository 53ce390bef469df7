package io.remuda.gateway.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The API's description and pages that show it. Pages load nothing from anywhere else, and only the
 * files named here can be asked for.
 */
final class DocRoutes {

  private static final ContentType HTML = ContentTypes.TEXT_HTML_UTF8;
  private static final ContentType SCRIPT = ContentTypes.parse("text/javascript; charset=utf-8");
  private static final ContentType STYLE = ContentTypes.parse("text/css; charset=utf-8");
  private static final ContentType ICON = ContentTypes.parse("image/png");
  private static final String POLICY =
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  private static final String WEBJAR = "/META-INF/resources/webjars/swagger-ui/";

  private final Function<Caller, byte[]> description;
  private final Map<String, Page> docs;
  private final Map<String, Page> console;

  private record Page(ContentType type, String resource) {}

  /**
   * @param description of the API as far as its reader may know of it
   */
  DocRoutes(Function<Caller, byte[]> description) {
    this.description = description;
    String webjar = WEBJAR + webjarVersion() + "/";
    String own = "/io/remuda/gateway/http/";
    this.docs =
        Map.of(
            "", new Page(HTML, own + "docs.html"),
            "docs.js", new Page(SCRIPT, own + "docs.js"),
            "swagger-ui.css", new Page(STYLE, webjar + "swagger-ui.css"),
            "swagger-ui-bundle.js", new Page(SCRIPT, webjar + "swagger-ui-bundle.js"),
            "favicon-32x32.png", new Page(ICON, webjar + "favicon-32x32.png"));
    this.console =
        Map.of(
            "", new Page(HTML, own + "console.html"),
            "console.js", new Page(SCRIPT, own + "console.js"),
            "console.css", new Page(STYLE, own + "console.css"));
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of(
            "GET", "/openapi.json", Need.NOTHING, "docs", "This description", this::openapi),
        ApiRoute.of(
            "GET",
            "/docs/{file*}",
            Need.NOTHING,
            "docs",
            "This description as a page",
            call -> page(docs, call.path("file"))),
        ApiRoute.of(
            "GET",
            "/console/{file*}",
            Need.NOTHING,
            "docs",
            "The fleet as a page",
            call -> page(console, call.path("file"))));
  }

  private CompletionStage<HttpResponse> openapi(Call call) {
    return Replies.now(
        Replies.bytes(ContentTypes.APPLICATION_JSON, description.apply(call.caller())));
  }

  private static CompletionStage<HttpResponse> page(Map<String, Page> pages, String file) {
    Page page = pages.get(file);
    if (page == null) {
      return Refusal.failed(ErrorCode.NOT_FOUND, "there is no such page");
    }
    HttpResponse response = Replies.bytes(page.type(), resource(page.resource()));
    return Replies.now(
        Replies.with(
            Replies.with(response, "Content-Security-Policy", POLICY),
            "X-Content-Type-Options",
            "nosniff"));
  }

  /** The webjar's files lie under its version, which it tells itself. */
  private static String webjarVersion() {
    Properties pom = new Properties();
    try {
      pom.load(
          new ByteArrayInputStream(
              resource("/META-INF/maven/org.webjars/swagger-ui/pom.properties")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pom.getProperty("version", "");
  }

  static byte[] resource(String name) {
    try (InputStream in = DocRoutes.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the distribution lacks " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
