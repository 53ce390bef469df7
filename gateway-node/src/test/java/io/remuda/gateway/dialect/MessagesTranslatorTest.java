package io.remuda.gateway.dialect;

import static io.remuda.gateway.dialect.Spoken.asked;
import static io.remuda.gateway.dialect.Spoken.bad;
import static io.remuda.gateway.dialect.Spoken.events;
import static io.remuda.gateway.dialect.Spoken.json;
import static io.remuda.gateway.dialect.Spoken.types;
import static io.remuda.gateway.dialect.Spoken.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Anthropic's messages as a chat, and the chat's answer as one of Anthropic's messages. */
class MessagesTranslatorTest {

  private static final String ASK =
      "{'model':'claude','max_tokens':9,'messages':[{'role':'user','content':'hi'}]%s}";

  private final Translator messages = new MessagesTranslator();

  private JsonNode body(String more) {
    return asked(messages, ASK.formatted(more)).body();
  }

  private EventStream stream(String more) {
    return asked(messages, ASK.formatted(more)).answers().stream();
  }

  @Test
  void asksTheChatForTheModelByItsOwnName() {
    Put.Asked asked = asked(messages, ASK.formatted(""));

    assertThat(asked.path()).isEqualTo("/v1/chat/completions");
    assertThat(asked.body())
        .isEqualTo(
            json("{'model':'bench','messages':[{'role':'user','content':'hi'}],'max_tokens':9}"));
  }

  @Test
  void carriesWhatSamplesAndStops() {
    JsonNode body =
        body(
            ",'temperature':0.25,'top_p':0.5,'top_k':4,'stop_sequences':['a','b'],"
                + "'metadata':{'user_id':'u'},'stream':true,'thinking':{'type':'enabled'}");

    assertThat(body.path("temperature").asText()).isEqualTo("0.25");
    assertThat(body.path("top_p").asText()).isEqualTo("0.5");
    assertThat(body.path("top_k").asInt()).isEqualTo(4);
    assertThat(body.path("stop")).isEqualTo(json("['a','b']"));
    assertThat(body.path("user").asText()).isEqualTo("u");
    assertThat(body.path("stream").asBoolean()).isTrue();
    assertThat(body.path("stream_options")).isEqualTo(json("{'include_usage':true}"));
    assertThat(body.has("thinking")).isFalse();
  }

  @Test
  void putsTheWholeTalkIntoMessagesOfAChat() {
    JsonNode body =
        asked(
                messages,
                "{'model':'m','max_tokens':1,'system':[{'type':'text','text':'be brief'},"
                    + "{'type':'text','text':'be kind','cache_control':{'type':'ephemeral'}}],"
                    + "'messages':["
                    + "{'role':'user','content':[{'type':'text','text':'look'},{'type':'image',"
                    + "'source':{'type':'base64','media_type':'image/png','data':'AA=='}}]},"
                    + "{'role':'assistant','content':[{'type':'thinking','thinking':'hm',"
                    + "'signature':'s'},{'type':'text','text':'I ask'},{'type':'tool_use',"
                    + "'id':'toolu_1','name':'f','input':{'a':1.50}}]},"
                    + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'toolu_1',"
                    + "'content':[{'type':'text','text':'5'}]},{'type':'text','text':'so?'}]}]}")
            .body();

    assertThat(body.path("messages"))
        .isEqualTo(
            json(
                "[{'role':'system','content':'be brief\\nbe kind'},"
                    + "{'role':'user','content':[{'type':'text','text':'look'},"
                    + "{'type':'image_url','image_url':{'url':'data:image/png;base64,AA=='}}]},"
                    + "{'role':'assistant','content':'I ask','tool_calls':[{'id':'toolu_1',"
                    + "'type':'function','function':{'name':'f','arguments':'{\\'a\\':1.50}'}}]},"
                    + "{'role':'tool','tool_call_id':'toolu_1','content':'5'},"
                    + "{'role':'user','content':'so?'}]"));
  }

  @Test
  void offersToolsAndSaysWhichMustBeCalled() {
    String tools = ",'tools':[{'name':'f','description':'d','input_schema':{'type':'object'}}]";
    JsonNode body = body(tools + ",'tool_choice':{'type':'tool','name':'f'}");

    assertThat(body.path("tools"))
        .isEqualTo(
            json(
                "[{'type':'function','function':{'name':'f','description':'d',"
                    + "'parameters':{'type':'object'}}}]"));
    assertThat(body.path("tool_choice"))
        .isEqualTo(json("{'type':'function','function':{'name':'f'}}"));
    JsonNode any = body(tools + ",'tool_choice':{'type':'any','disable_parallel_tool_use':true}");
    assertThat(any.path("tool_choice").asText()).isEqualTo("required");
    assertThat(any.path("parallel_tool_calls").asBoolean(true)).isFalse();
  }

  @Test
  void asksForJsonOfASchema() {
    assertThat(
            body(",'output_config':{'format':{'type':'json_schema','schema':{'type':'object'}}}")
                .path("response_format"))
        .isEqualTo(
            json(
                "{'type':'json_schema','json_schema':{'name':'answer',"
                    + "'schema':{'type':'object'}}}"));
  }

  @Test
  void saysWhichFieldIsAtFault() {
    Put.Bad limit = bad(messages, "{'model':'m','messages':[{'role':'user','content':'a'}]}");
    Put.Bad none = bad(messages, "{'model':'m','max_tokens':1,'messages':[]}");
    Put.Bad block =
        bad(
            messages,
            "{'model':'m','max_tokens':1,'messages':[{'role':'user','content':[{'type':'text'}]}]}");
    Put.Bad tool = bad(messages, ASK.formatted(",'tools':[{'type':'web_search_20250305'}]"));

    assertThat(limit.refused().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(limit.refused().message()).startsWith("max_tokens: is required");
    assertThat(none.param()).isEqualTo("messages");
    assertThat(block.param()).isEqualTo("messages.0.content.0.text");
    assertThat(tool.refused().code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
    assertThat(tool.refused().message()).contains("web_search_20250305");
  }

  @Test
  void tellsAWholeAnswerAsAMessage() throws BadAnswer {
    JsonNode message =
        whole(
            asked(messages, ASK.formatted("")),
            "{'choices':[{'message':{'role':'assistant','content':'let me see',"
                + "'reasoning_content':'hm','tool_calls':[{'id':'c1','type':'function',"
                + "'function':{'name':'f','arguments':'{\\'a\\':1}'}}]},"
                + "'finish_reason':'tool_calls'}],'usage':{'prompt_tokens':7,"
                + "'completion_tokens':3,'prompt_tokens_details':{'cached_tokens':4}}}");

    assertThat(message)
        .isEqualTo(
            json(
                "{'id':'msg_r1','type':'message','role':'assistant','model':'claude','content':["
                    + "{'type':'text','text':'let me see'},{'type':'tool_use','id':'c1',"
                    + "'name':'f','input':{'a':1}}],'stop_reason':'tool_use',"
                    + "'stop_sequence':null,'usage':{'input_tokens':3,"
                    + "'cache_creation_input_tokens':0,'cache_read_input_tokens':4,"
                    + "'output_tokens':3}}"));
  }

  @Test
  void tellsWhyAnAnswerEnded() throws BadAnswer {
    assertThat(stopped("'finish_reason':'stop'")).containsExactly("end_turn", "null");
    assertThat(stopped("'finish_reason':'length'")).containsExactly("max_tokens", "null");
    assertThat(stopped("'finish_reason':'content_filter'")).containsExactly("refusal", "null");
    assertThat(stopped("'finish_reason':'stop','stop_reason':'END'"))
        .containsExactly("stop_sequence", "END");
  }

  @Test
  void leavesOutACallThatTheLimitCutOff() throws BadAnswer {
    String answer =
        "{'choices':[{'message':{'content':'see','tool_calls':[{'id':'c1','function':{'name':'f',"
            + "'arguments':'{}'}},{'id':'c2','function':{'name':'g','arguments':'{\\'a\\':'}}]},"
            + "'finish_reason':'%s'}]}";
    Put.Asked asked = asked(messages, ASK.formatted(""));

    JsonNode message = whole(asked, answer.formatted("length"));

    assertThat(message.path("stop_reason").asText()).isEqualTo("max_tokens");
    assertThat(message.path("content"))
        .isEqualTo(
            json(
                "[{'type':'text','text':'see'},"
                    + "{'type':'tool_use','id':'c1','name':'f','input':{}}]"));
    assertThatThrownBy(() -> whole(asked, answer.formatted("tool_calls")))
        .as("one that the model itself ended so")
        .isInstanceOf(BadAnswer.class);
  }

  private List<String> stopped(String how) throws BadAnswer {
    JsonNode message =
        whole(
            asked(messages, ASK.formatted("")),
            "{'choices':[{'message':{'content':'a'}," + how + "}]}");
    return List.of(message.path("stop_reason").asText(), message.path("stop_sequence").asText());
  }

  @Test
  void streamsTextBetweenTheStartAndTheStopOfAMessage() throws BadAnswer {
    List<JsonNode> events =
        events(
            stream(""),
            true,
            "{'choices':[{'index':0,'delta':{'role':'assistant','content':''}}]}",
            "{'choices':[{'index':0,'delta':{'content':'Hel'},'finish_reason':''}]}",
            "{'choices':[{'index':0,'delta':{'content':'lo'},'finish_reason':null}]}",
            "{'choices':[{'index':0,'delta':{},'finish_reason':'length'}]}",
            "{'choices':[],'usage':{'prompt_tokens':5,'completion_tokens':2}}");

    assertThat(types(events))
        .containsExactly(
            "message_start",
            "ping",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop");
    assertThat(events.get(0).at("/message/content")).isEmpty();
    assertThat(events.get(2))
        .isEqualTo(
            json(
                "{'type':'content_block_start','index':0,"
                    + "'content_block':{'type':'text','text':''}}"));
    assertThat(events.get(3))
        .isEqualTo(
            json(
                "{'type':'content_block_delta','index':0,"
                    + "'delta':{'type':'text_delta','text':'Hel'}}"));
    assertThat(events.get(6))
        .isEqualTo(
            json(
                "{'type':'message_delta','delta':{'stop_reason':'max_tokens',"
                    + "'stop_sequence':null},'usage':{'input_tokens':5,"
                    + "'cache_creation_input_tokens':0,'cache_read_input_tokens':0,"
                    + "'output_tokens':2}}"));
  }

  @Test
  void streamsThoughtsTextAndToolsAsBlocksOneAfterTheOther() throws BadAnswer {
    String[] chunks = {
      "{'choices':[{'delta':{'reasoning_content':'hm'}}]}",
      "{'choices':[{'delta':{'content':'see'}}]}",
      "{'choices':[{'delta':{'tool_calls':[{'index':0,'id':'c1','type':'function',"
          + "'function':{'name':'f','arguments':''}}]}}]}",
      "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{\\'a\\':'}}]}}]}",
      "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'arguments':'1}'}}]}}]}",
      "{'choices':[{'delta':{'tool_calls':[{'index':1,'id':'c2','function':{'name':'g',"
          + "'arguments':'{}'}}]}}]}",
      "{'choices':[{'delta':{},'finish_reason':'tool_calls'}]}"
    };
    List<JsonNode> events = events(stream(",'thinking':{'type':'enabled'}"), true, chunks);

    assertThat(
            events.stream()
                .filter(event -> event.path("type").asText().equals("content_block_start"))
                .map(event -> event.path("index") + event.at("/content_block/type").asText()))
        .containsExactly("0thinking", "1text", "2tool_use", "3tool_use");
    assertThat(
            events.stream()
                .map(event -> event.at("/delta/partial_json").asText())
                .filter(text -> !text.isEmpty()))
        .containsExactly("{\"a\":", "1}", "{}");
    assertThat(types(events).stream().filter("content_block_stop"::equals)).hasSize(4);
    assertThat(events.get(events.size() - 2).at("/delta/stop_reason").asText())
        .isEqualTo("tool_use");
    assertThat(types(events(stream(""), true, chunks)).stream())
        .filteredOn("content_block_start"::equals)
        .as("without thoughts, for they were not asked for")
        .hasSize(3);
  }

  @Test
  void tellsCallsOfOneIndexApartByTheirIds() throws BadAnswer {
    List<JsonNode> events = events(stream(""), true, Spoken.TWO_CALLS_AT_ONE_INDEX);

    assertThat(
            events.stream()
                .filter(event -> event.path("type").asText().equals("content_block_start"))
                .map(event -> event.path("index") + event.at("/content_block/id").asText()))
        .containsExactly("0c1", "1c2");
    assertThat(
            events.stream()
                .map(event -> event.path("index") + event.at("/delta/partial_json").asText())
                .filter(text -> text.length() > 1))
        .containsExactly("0{\"a\":", "01}", "1{}");
  }

  @Test
  void givesCallsWithoutIdsOneEachInAWholeAnswer() throws BadAnswer {
    JsonNode message =
        whole(
            asked(messages, ASK.formatted("")),
            "{'choices':[{'message':{'tool_calls':[{'index':0,'function':{'name':'f'}},"
                + "{'index':0,'function':{'name':'g'}}]},'finish_reason':'tool_calls'}]}");

    assertThat(message.at("/content/0/id")).isNotEqualTo(message.at("/content/1/id"));
    assertThat(message.at("/content/1/name").asText()).isEqualTo("g");
  }

  @Test
  void leavesAStreamOpenThatEndsInTheMiddle() throws BadAnswer {
    List<JsonNode> events = events(stream(""), false, "{'choices':[{'delta':{'content':'Hel'}}]}");

    assertThat(types(events)).doesNotContain("message_stop", "content_block_stop");
  }

  @Test
  void saysWhatAnEngineSaysOfItsFailure() {
    assertThatThrownBy(
            () -> events(stream(""), true, "{'error':{'message':'no memory','code':500}}"))
        .isInstanceOf(BadAnswer.class)
        .hasMessage("no memory");
  }

  @Test
  void countsTokensWhereTheEngineTakesAChat() throws BadAnswer {
    Put.Asked asked =
        asked(
            new TokenCountTranslator(),
            "{'model':'m','system':'s','messages':[{'role':'user','content':'hi'}]}");

    assertThat(asked.path()).isEqualTo("/tokenize");
    assertThat(asked.body())
        .isEqualTo(
            json(
                "{'model':'bench','messages':[{'role':'system','content':'s'},"
                    + "{'role':'user','content':'hi'}],'add_generation_prompt':true}"));
    assertThat(whole(asked, "{'count':12,'tokens':[]}")).isEqualTo(json("{'input_tokens':12}"));
    assertThatThrownBy(() -> whole(asked, "{'tokens':[]}"))
        .isInstanceOfSatisfying(
            BadAnswer.class,
            why -> assertThat(why.refused().code()).isEqualTo(ErrorCode.NOT_SUPPORTED));
  }

  @Test
  void refusesServersThatNobodyHereAsks() {
    String ask =
        "{'model':'m','max_tokens':5,'messages':[{'role':'user','content':'hi'}],'mcp_servers':%s}";
    Translator messages = new MessagesTranslator();

    Put.Bad asks = Spoken.bad(messages, ask.formatted("[{'type':'url','url':'https://a'}]"));

    assertThat(asks.param()).isEqualTo("mcp_servers");
    assertThat(asks.refused().code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
    assertThat(Spoken.asked(messages, ask.formatted("[]")).body().has("messages")).isTrue();
  }
}
