package io.remuda.gateway.dialect;

import static io.remuda.gateway.dialect.Spoken.asked;
import static io.remuda.gateway.dialect.Spoken.bad;
import static io.remuda.gateway.dialect.Spoken.events;
import static io.remuda.gateway.dialect.Spoken.json;
import static io.remuda.gateway.dialect.Spoken.types;
import static io.remuda.gateway.dialect.Spoken.whole;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** OpenAI's responses as a chat, and the chat's answer as a response. */
class ResponsesTranslatorTest {

  private static final String ASK = "{'model':'gpt','input':'hi'%s}";

  private final Translator responses = new ResponsesTranslator();

  private EventStream stream() {
    return asked(responses, ASK.formatted("")).answers().stream();
  }

  @Test
  void asksTheChat() {
    Put.Asked asked =
        asked(
            responses,
            ASK.formatted(
                ",'instructions':'be brief','max_output_tokens':5,'temperature':0.5,"
                    + "'reasoning':{'effort':'low'},'store':false,'stream':true"));

    assertThat(asked.path()).isEqualTo("/v1/chat/completions");
    assertThat(asked.body())
        .isEqualTo(
            json(
                "{'model':'bench','messages':[{'role':'system','content':'be brief'},"
                    + "{'role':'user','content':'hi'}],'temperature':0.5,'max_tokens':5,"
                    + "'reasoning_effort':'low','stream':true,"
                    + "'stream_options':{'include_usage':true}}"));
  }

  @Test
  void putsItemsIntoMessages() {
    JsonNode body =
        asked(
                responses,
                "{'model':'m','input':[{'role':'developer','content':'be kind'},"
                    + "{'role':'user','content':[{'type':'input_text','text':'look'},"
                    + "{'type':'input_image','image_url':'http://i/1.png'}]},"
                    + "{'type':'reasoning','id':'rs_1','summary':[]},"
                    + "{'type':'message','role':'assistant','content':[{'type':'output_text',"
                    + "'text':'I ask'}]},{'type':'function_call','call_id':'c1','name':'f',"
                    + "'arguments':'{}'},{'type':'function_call_output','call_id':'c1',"
                    + "'output':'5'},{'role':'user','content':'so?'}]}")
            .body();

    assertThat(body.path("messages"))
        .isEqualTo(
            json(
                "[{'role':'system','content':'be kind'},{'role':'user','content':["
                    + "{'type':'text','text':'look'},{'type':'image_url',"
                    + "'image_url':{'url':'http://i/1.png'}}]},"
                    + "{'role':'assistant','content':'I ask','tool_calls':[{'id':'c1',"
                    + "'type':'function','function':{'name':'f','arguments':'{}'}}]},"
                    + "{'role':'tool','tool_call_id':'c1','content':'5'},"
                    + "{'role':'user','content':'so?'}]"));
  }

  @Test
  void showsImagesOfToolsAsTheUsersOnceAllToolsHaveSpoken() {
    String called =
        "{'model':'m','input':[{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
            + "{'type':'function_call','call_id':'c2','name':'f','arguments':'{}'},"
            + "{'type':'function_call_output','call_id':'c1','output':[{'type':'input_text',"
            + "'text':'a cat'},{'type':'input_image','image_url':'http://i/1.png'}]},"
            + "{'type':'function_call_output','call_id':'c2','output':'5'}%s]}";
    String image = "{'type':'image_url','image_url':{'url':'http://i/1.png'}}";

    JsonNode last = asked(responses, called.formatted("")).body().path("messages");
    JsonNode asks =
        asked(responses, called.formatted(",{'role':'user','content':'so?'}"))
            .body()
            .path("messages");
    JsonNode says =
        asked(responses, called.formatted(",{'role':'assistant','content':'hm'}"))
            .body()
            .path("messages");

    assertThat(last.get(1))
        .isEqualTo(json("{'role':'tool','tool_call_id':'c1','content':'a cat'}"));
    assertThat(last.get(2).path("role").asText()).isEqualTo("tool");
    assertThat(last.get(3)).isEqualTo(json("{'role':'user','content':[" + image + "]}"));
    assertThat(last).hasSize(4);
    assertThat(asks.get(3))
        .isEqualTo(json("{'role':'user','content':[" + image + ",{'type':'text','text':'so?'}]}"));
    assertThat(says.get(3)).isEqualTo(last.get(3));
    assertThat(says.get(4)).isEqualTo(json("{'role':'assistant','content':'hm'}"));
  }

  @Test
  void offersFunctionsAndAsksForASchema() {
    JsonNode body =
        asked(
                responses,
                ASK.formatted(
                    ",'tools':[{'type':'function','name':'f','parameters':{'type':'object'},"
                        + "'strict':true}],'tool_choice':{'type':'function','name':'f'},"
                        + "'text':{'format':{'type':'json_schema','name':'n',"
                        + "'schema':{'type':'object'},'strict':true}}"))
            .body();

    assertThat(body.path("tools"))
        .isEqualTo(
            json(
                "[{'type':'function','function':{'name':'f','parameters':{'type':'object'},"
                    + "'strict':true}}]"));
    assertThat(body.path("tool_choice"))
        .isEqualTo(json("{'type':'function','function':{'name':'f'}}"));
    assertThat(body.path("response_format"))
        .isEqualTo(
            json(
                "{'type':'json_schema','json_schema':{'name':'n','schema':{'type':'object'},"
                    + "'strict':true}}"));
  }

  @Test
  void refusesWhatNeedsAnswersToBeKept() {
    for (String kept :
        List.of(
            "'previous_response_id':'resp_1'",
            "'store':true",
            "'background':true",
            "'conversation':'c'",
            "'prompt':{'id':'p'}")) {
      Put.Bad bad = bad(responses, ASK.formatted("," + kept));
      assertThat(bad.refused().code()).as(kept).isEqualTo(ErrorCode.NOT_SUPPORTED);
      assertThat(kept).startsWith("'" + bad.param() + "'");
    }
    Put.Bad none = bad(responses, "{'model':'m'}");
    assertThat(none.refused().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(none.param()).isEqualTo("input");
    assertThat(bad(responses, ASK.formatted(",'tools':[{'type':'web_search'}]")).param())
        .isEqualTo("tools.0.type");
  }

  @Test
  void tellsAWholeAnswerAsAResponse() throws BadAnswer {
    JsonNode response =
        whole(
            asked(responses, ASK.formatted(",'temperature':0.5")),
            "{'choices':[{'message':{'content':'see','tool_calls':[{'id':'c1',"
                + "'function':{'name':'f','arguments':'{}'}}]},'finish_reason':'tool_calls'}],"
                + "'usage':{'prompt_tokens':7,'completion_tokens':3}}");

    assertThat(response.path("id").asText()).isEqualTo("resp_r1");
    assertThat(response.path("created_at").asLong()).isEqualTo(Spoken.AT.getEpochSecond());
    assertThat(response.path("model").asText()).isEqualTo("gpt");
    assertThat(response.path("status").asText()).isEqualTo("completed");
    assertThat(response.path("temperature").asText()).isEqualTo("0.5");
    assertThat(response.path("output"))
        .isEqualTo(
            json(
                "[{'type':'message','id':'msg_r1_0','status':'completed','role':'assistant',"
                    + "'content':[{'type':'output_text','text':'see','annotations':[],"
                    + "'logprobs':[]}]},{'type':'function_call','id':'fc_r1_1',"
                    + "'status':'completed','call_id':'c1','name':'f','arguments':'{}'}]"));
    assertThat(response.path("usage"))
        .isEqualTo(
            json(
                "{'input_tokens':7,"
                    + "'input_tokens_details':{'cached_tokens':0,'cache_write_tokens':0},"
                    + "'output_tokens':3,'output_tokens_details':{'reasoning_tokens':0},"
                    + "'total_tokens':10}"));
    for (String needed :
        List.of(
            "error",
            "incomplete_details",
            "instructions",
            "metadata",
            "parallel_tool_calls",
            "tool_choice",
            "tools",
            "top_p")) {
      assertThat(response.has(needed)).as(needed).isTrue();
    }
  }

  @Test
  void streamsTextInTheOrderThatItsClientsExpect() throws BadAnswer {
    List<JsonNode> events =
        events(
            stream(),
            true,
            "{'choices':[{'delta':{'role':'assistant','content':''}}]}",
            "{'choices':[{'delta':{'content':'Hel'}}]}",
            "{'choices':[{'delta':{'content':'lo'}}]}",
            "{'choices':[{'delta':{},'finish_reason':'stop'}]}",
            "{'choices':[],'usage':{'prompt_tokens':5,'completion_tokens':2}}");

    assertThat(types(events))
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed");
    assertThat(events.stream().map(event -> event.path("sequence_number").asInt()))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(events.get(6).path("text").asText()).isEqualTo("Hello");
    assertThat(events.get(9).at("/response/output/0/content/0/text").asText()).isEqualTo("Hello");
    assertThat(events.get(9).at("/response/usage/total_tokens").asInt()).isEqualTo(7);
  }

  @Test
  void streamsThoughtsAndCallsAsItemsOfTheirOwn() throws BadAnswer {
    List<JsonNode> events =
        events(
            stream(),
            true,
            "{'choices':[{'delta':{'reasoning':'hm'}}]}",
            "{'choices':[{'delta':{'tool_calls':[{'index':0,'id':'c1','function':{'name':'f',"
                + "'arguments':''}}]}}]}",
            "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{}'}}]}}]}",
            "{'choices':[{'delta':{},'finish_reason':'tool_calls'}]}");

    assertThat(types(events))
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.reasoning_text.delta",
            "response.reasoning_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "response.completed");
    JsonNode output = events.get(12).at("/response/output");
    assertThat(output.get(0).path("type").asText()).isEqualTo("reasoning");
    assertThat(output.get(1).path("call_id").asText()).isEqualTo("c1");
    assertThat(output.get(1).path("arguments").asText()).isEqualTo("{}");
    assertThat(events.get(8).path("output_index").asInt()).isEqualTo(1);
    assertThat(events.get(9).path("item_id")).isEqualTo(output.get(1).path("id"));
  }

  @Test
  void tellsCallsOfOneIndexApartByTheirIds() throws BadAnswer {
    List<JsonNode> events = events(stream(), true, Spoken.TWO_CALLS_AT_ONE_INDEX);

    JsonNode output = events.get(events.size() - 1).at("/response/output");
    assertThat(output).hasSize(2);
    assertThat(output.get(0).path("call_id").asText()).isEqualTo("c1");
    assertThat(output.get(0).path("arguments").asText()).isEqualTo("{\"a\":1}");
    assertThat(output.get(1).path("call_id").asText()).isEqualTo("c2");
    assertThat(output.get(1).path("arguments").asText()).isEqualTo("{}");
  }

  @Test
  void tellsThoughtsThatTheLimitCutOff() throws BadAnswer {
    List<JsonNode> events =
        events(
            stream(), true, "{'choices':[{'delta':{'reasoning':'hm'},'finish_reason':'length'}]}");

    JsonNode thoughts = events.get(events.size() - 1).at("/response/output/0");
    assertThat(thoughts.path("status").asText()).isEqualTo("incomplete");
    assertThat(thoughts.at("/content/0/text").asText()).isEqualTo("hm");
  }

  @Test
  void saysThatALimitCutItOff() throws BadAnswer {
    List<JsonNode> events =
        events(stream(), true, "{'choices':[{'delta':{'content':'a'},'finish_reason':'length'}]}");

    JsonNode last = events.get(events.size() - 1);
    assertThat(last.path("type").asText()).isEqualTo("response.incomplete");
    assertThat(last.at("/response/incomplete_details/reason").asText())
        .isEqualTo("max_output_tokens");
    assertThat(types(events(stream(), false, "{'choices':[{'delta':{'content':'a'}}]}")))
        .as("one that ends in the middle")
        .noneMatch(type -> type.matches("response\\.(completed|incomplete)"));
  }
}
