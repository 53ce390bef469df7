package io.remuda.gateway.dialect;

import static io.remuda.gateway.dialect.Spoken.asked;
import static io.remuda.gateway.dialect.Spoken.bad;
import static io.remuda.gateway.dialect.Spoken.events;
import static io.remuda.gateway.dialect.Spoken.json;
import static io.remuda.gateway.dialect.Spoken.whole;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ollama's requests as OpenAI's, and the answers as Ollama's. */
class OllamaTranslatorTest {

  private static final String ASK =
      "{'model':'bench:latest','messages':[{'role':'user','content':'hi'}]%s}";

  private final Translator chat = new OllamaChatTranslator();
  private final Translator generate = new OllamaGenerateTranslator();

  private JsonNode body(String more) {
    return asked(chat, ASK.formatted(more)).body();
  }

  @Test
  void streamsUnlessItIsToldNotTo() {
    assertThat(body(""))
        .isEqualTo(
            json(
                "{'model':'bench','messages':[{'role':'user','content':'hi'}],'stream':true,"
                    + "'stream_options':{'include_usage':true}}"));
    assertThat(body(",'stream':false").has("stream")).isFalse();
  }

  @Test
  void carriesTheOptionsThatEnginesKnow() {
    JsonNode body =
        body(
            ",'options':{'num_predict':7,'temperature':0.5,'seed':3,'stop':['a'],"
                + "'repeat_penalty':1.5,'num_ctx':4096},'think':true,'format':'json'");

    assertThat(body.path("max_tokens").asInt()).isEqualTo(7);
    assertThat(body.path("temperature").asText()).isEqualTo("0.5");
    assertThat(body.path("seed").asInt()).isEqualTo(3);
    assertThat(body.path("stop")).isEqualTo(json("['a']"));
    assertThat(body.path("repeat_penalty").asText()).isEqualTo("1.5");
    assertThat(body.path("repetition_penalty").asText()).isEqualTo("1.5");
    assertThat(body.has("num_ctx")).isFalse();
    assertThat(body.path("chat_template_kwargs")).isEqualTo(json("{'enable_thinking':true}"));
    assertThat(body.path("response_format")).isEqualTo(json("{'type':'json_object'}"));
    assertThat(body(",'options':{'num_predict':-1}").has("max_tokens")).isFalse();
    assertThat(body(",'format':{'type':'object'}").path("response_format"))
        .isEqualTo(
            json(
                "{'type':'json_schema','json_schema':{'name':'answer',"
                    + "'schema':{'type':'object'}}}"));
  }

  @Test
  void givesCallsAndWhatCameOfThemIdsThatMatch() {
    JsonNode body =
        asked(
                chat,
                "{'model':'m','messages':[{'role':'user','content':'look','images':['/9j/AA']},"
                    + "{'role':'assistant','content':'','tool_calls':["
                    + "{'function':{'name':'f','arguments':{'a':1}}},"
                    + "{'function':{'name':'g','arguments':{}}}]},"
                    + "{'role':'tool','tool_name':'g','content':'2'},"
                    + "{'role':'tool','content':'1'}]}")
            .body();

    assertThat(body.at("/messages/0/content/1/image_url/url").asText())
        .isEqualTo("data:image/jpeg;base64,/9j/AA");
    assertThat(body.at("/messages/1/tool_calls/0/id").asText()).isEqualTo("call_0");
    assertThat(body.at("/messages/1/tool_calls/0/function/arguments").asText())
        .isEqualTo("{\"a\":1}");
    assertThat(body.at("/messages/2/tool_call_id").asText()).isEqualTo("call_1");
    assertThat(body.at("/messages/3/tool_call_id").asText()).isEqualTo("call_0");
  }

  @Test
  void putsAPromptIntoAChatOrRawIntoACompletion() {
    Put.Asked templated =
        asked(generate, "{'model':'m','prompt':'hi','system':'s','stream':false}");
    Put.Asked raw = asked(generate, "{'model':'m','prompt':'hi','raw':true,'stream':false}");

    assertThat(templated.path()).isEqualTo("/v1/chat/completions");
    assertThat(templated.body().path("messages"))
        .isEqualTo(json("[{'role':'system','content':'s'},{'role':'user','content':'hi'}]"));
    assertThat(raw.path()).isEqualTo("/v1/completions");
    assertThat(raw.body()).isEqualTo(json("{'model':'bench','prompt':'hi'}"));
  }

  @Test
  void refusesWhatNoEngineIsAskedFor() {
    assertThat(bad(chat, "{'model':'m','messages':[]}").refused().message())
        .contains("loaded by its deployment");
    assertThat(bad(generate, "{'model':'m'}").param()).isEqualTo("prompt");
    assertThat(bad(generate, "{'model':'m','prompt':'a','template':'t'}").refused().code())
        .isEqualTo(ErrorCode.NOT_SUPPORTED);
    assertThat(bad(new OllamaEmbedTranslator(), "{'model':'m'}").param()).isEqualTo("input");
  }

  @Test
  void tellsAWholeAnswer() throws BadAnswer {
    String answer =
        "{'choices':[{'message':{'content':'hey','reasoning_content':'hm','tool_calls':["
            + "{'id':'c1','function':{'name':'f','arguments':'{\\'a\\':1}'}}]},"
            + "'finish_reason':'tool_calls'}],'usage':{'prompt_tokens':7,'completion_tokens':3},"
            + "'timings':{'prompt_ms':2.5,'predicted_ms':10}}";

    assertThat(whole(asked(chat, ASK.formatted(",'stream':false")), answer))
        .isEqualTo(
            json(
                "{'model':'bench:latest','created_at':'2026-01-02T03:04:05.100Z','message':{"
                    + "'role':'assistant','content':'hey','thinking':'hm','tool_calls':["
                    + "{'function':{'name':'f','arguments':{'a':1}}}]},'done':true,"
                    + "'done_reason':'stop','total_duration':100000000,'load_duration':0,"
                    + "'prompt_eval_count':7,'prompt_eval_duration':2500000,'eval_count':3,"
                    + "'eval_duration':10000000}"));
    assertThat(
            whole(
                    asked(generate, "{'model':'m','prompt':'a','raw':true}"),
                    "{'choices':[{'text':'hey','finish_reason':'length'}]}")
                .path("response")
                .asText())
        .isEqualTo("hey");
  }

  @Test
  void streamsLinesAndEndsWithWhatWasMeasured() throws BadAnswer {
    List<JsonNode> lines =
        events(
            asked(chat, ASK.formatted("")).answers().stream(),
            true,
            "{'choices':[{'delta':{'role':'assistant','content':''}}]}",
            "{'choices':[{'delta':{'content':'Hel'}}]}",
            "{'choices':[{'delta':{'content':'lo'}}]}",
            "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'name':'f',"
                + "'arguments':'{\\'a\\':'}}]}}]}",
            "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'arguments':'1}'}}]}}]}",
            "{'choices':[{'delta':{},'finish_reason':'length'}]}",
            "{'choices':[],'usage':{'prompt_tokens':5,'completion_tokens':2}}");

    assertThat(lines.stream().map(line -> line.at("/message/content").asText()))
        .containsExactly("Hel", "lo", "", "");
    assertThat(lines.get(0))
        .isEqualTo(
            json(
                "{'model':'bench:latest','created_at':'2026-01-02T03:04:05.002Z','message':{"
                    + "'role':'assistant','content':'Hel'},'done':false}"));
    assertThat(lines.get(2).at("/message/tool_calls/0/function"))
        .isEqualTo(json("{'name':'f','arguments':{'a':1}}"));
    assertThat(lines.get(3))
        .isEqualTo(
            json(
                "{'model':'bench:latest','created_at':'2026-01-02T03:04:05.008Z','message':{"
                    + "'role':'assistant','content':''},'done':true,'done_reason':'length',"
                    + "'total_duration':8000000,'load_duration':0,'prompt_eval_count':5,"
                    + "'prompt_eval_duration':2000000,'eval_count':2,"
                    + "'eval_duration':6000000}"));
  }

  @Test
  void tellsCallsOfOneIndexApartByTheirIds() throws BadAnswer {
    List<JsonNode> lines =
        events(
            asked(chat, ASK.formatted("")).answers().stream(), true, Spoken.TWO_CALLS_AT_ONE_INDEX);
    JsonNode whole =
        whole(
            asked(chat, ASK.formatted(",'stream':false")),
            "{'choices':[{'message':{'tool_calls':[{'index':0,'id':'c1','function':{'name':'f',"
                + "'arguments':'{\\'a\\':1}'}},{'index':0,'id':'c2','function':{'name':'g',"
                + "'arguments':'{}'}}]},'finish_reason':'tool_calls'}]}");

    JsonNode calls =
        json(
            "[{'function':{'name':'f','arguments':{'a':1}}},"
                + "{'function':{'name':'g','arguments':{}}}]");
    assertThat(lines.get(0).at("/message/tool_calls")).isEqualTo(calls);
    assertThat(whole.at("/message/tool_calls")).isEqualTo(calls);
  }

  @Test
  void leavesOutACallThatTheLimitCutOff() throws BadAnswer {
    List<JsonNode> lines =
        events(
            asked(chat, ASK.formatted("")).answers().stream(),
            true,
            "{'choices':[{'delta':{'content':'see'}}]}",
            "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'name':'f',"
                + "'arguments':'{\\'a\\':'}}]},'finish_reason':'length'}]}");
    JsonNode whole =
        whole(
            asked(chat, ASK.formatted(",'stream':false")),
            "{'choices':[{'message':{'content':'see','tool_calls':[{'function':{'name':'f',"
                + "'arguments':''}}]},'finish_reason':'length'}]}");

    assertThat(lines).hasSize(2);
    assertThat(lines.get(1).path("done_reason").asText()).isEqualTo("length");
    assertThat(whole.at("/message/content").asText()).isEqualTo("see");
    assertThat(whole.path("message").has("tool_calls")).isFalse();
    assertThat(whole.path("done_reason").asText()).isEqualTo("length");
  }

  @Test
  void hasNoLastLineForAnAnswerThatEndsInTheMiddle() throws BadAnswer {
    List<JsonNode> lines =
        events(
            asked(generate, "{'model':'m','prompt':'a'}").answers().stream(),
            false,
            "{'choices':[{'delta':{'content':'Hel'}}]}");

    assertThat(lines.stream().map(line -> line.path("response").asText())).containsExactly("Hel");
    assertThat(lines).noneMatch(line -> line.path("done").asBoolean());
  }

  @Test
  void embedsOnePromptAtTheOlderAddress() throws BadAnswer {
    Put.Asked asked =
        asked(new OllamaEmbeddingsTranslator(), "{'model':'m','prompt':'a','keep_alive':1}");

    assertThat(asked.path()).isEqualTo("/v1/embeddings");
    assertThat(asked.body())
        .isEqualTo(json("{'model':'bench','input':'a','encoding_format':'float'}"));
    assertThat(whole(asked, "{'data':[{'embedding':[0.25,1]}]}"))
        .isEqualTo(json("{'embedding':[0.25,1]}"));
    assertThat(bad(new OllamaEmbeddingsTranslator(), "{'model':'m','prompt':['a']}").param())
        .isEqualTo("prompt");
  }

  @Test
  void embedsOneTextOrMany() throws BadAnswer {
    Put.Asked asked =
        asked(new OllamaEmbedTranslator(), "{'model':'m','input':['a','b'],'dimensions':2}");

    assertThat(asked.path()).isEqualTo("/v1/embeddings");
    assertThat(asked.body())
        .isEqualTo(
            json("{'model':'bench','input':['a','b'],'encoding_format':'float','dimensions':2}"));
    assertThat(
            whole(
                asked,
                "{'data':[{'embedding':[0.25,1]},{'embedding':[2,3]}],"
                    + "'usage':{'prompt_tokens':4}}"))
        .isEqualTo(
            json(
                "{'model':'m','embeddings':[[0.25,1],[2,3]],'total_duration':100000000,"
                    + "'load_duration':0,'prompt_eval_count':4}"));
  }

  @Test
  void refusesWhatAPromptCannotCarry() {
    Put.Bad context = bad(generate, "{'model':'m','prompt':'hi','context':[1,2]}");
    Put.Bad raw = bad(generate, "{'model':'m','prompt':'hi','raw':true,'images':['/9j/AA']}");
    Put.Bad suffix = bad(generate, "{'model':'m','prompt':'hi','suffix':'b','images':['/9j/AA']}");

    assertThat(context.param()).isEqualTo("context");
    assertThat(context.refused().code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
    assertThat(raw.param()).isEqualTo("images");
    assertThat(raw.refused().code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
    assertThat(suffix.param()).isEqualTo("images");
    assertThat(asked(generate, "{'model':'m','prompt':'hi','context':[],'images':null}").path())
        .isEqualTo("/v1/chat/completions");
  }
}
