package io.remuda.gateway.dialect;

import static io.remuda.gateway.dialect.Spoken.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chunks that engines write loosely, as strict ones. */
class StrictChunksTest {

  private static final CallFacts FACTS =
      new CallFacts("bench", "r1", Instant.ofEpochSecond(1_800_000_000));

  private final StrictChunks stream = new StrictChunks(AnswerKind.CHAT, FACTS);

  private List<ObjectNode> mended(String chunk) throws BadAnswer {
    List<ObjectNode> out = new ArrayList<>();
    // As a client reads them.
    stream.chunk(
        (ObjectNode) json(chunk),
        event -> out.add((ObjectNode) Trees.read(Trees.text(event)).orElseThrow()));
    return out;
  }

  private JsonNode choice(String chunk) throws BadAnswer {
    return mended(chunk).get(0).path("choices").path(0);
  }

  @Test
  void whatAnEngineDoesNotTellIsMadeOfTheCall() throws BadAnswer {
    assertThat(mended("{'choices':[{'delta':{'content':'a'}}]}"))
        .containsExactly(
            (ObjectNode)
                json(
                    "{'choices':[{'delta':{'content':'a','role':'assistant'},'index':0,"
                        + "'finish_reason':null}],'id':'chatcmpl-r1',"
                        + "'object':'chat.completion.chunk','created':1800000000,'model':'bench'}"));
  }

  @Test
  void whatAnEngineToldOnceHoldsForTheChunksThatDoNot() throws BadAnswer {
    mended("{'id':'x','created':7,'model':'m','choices':[{'delta':{'content':'a'}}]}");

    JsonNode next = mended("{'choices':[{'delta':{'content':'b'}}]}").get(0);

    assertThat(next.path("id").asText()).isEqualTo("x");
    assertThat(next.path("created").asLong()).isEqualTo(7);
    assertThat(next.path("model").asText()).isEqualTo("m");
  }

  @Test
  void eachOfTwoChoicesBeginsAndEnds() throws BadAnswer {
    mended("{'choices':[{'index':0,'delta':{'content':'a'}}]}");
    JsonNode second = choice("{'choices':[{'index':1,'delta':{'content':'b'}}]}");
    mended("{'choices':[{'index':0,'delta':{},'finish_reason':'max_tokens'}]}");
    assertThat(stream.isFinished()).isFalse();

    List<ObjectNode> last = mended("{'usage':{'prompt_tokens':1,'completion_tokens':2}}");

    assertThat(second.at("/delta/role").asText()).isEqualTo("assistant");
    assertThat(last).hasSize(2);
    assertThat(last.get(0).path("choices"))
        .isEqualTo(json("[{'index':1,'delta':{},'finish_reason':'stop'}]"));
    assertThat(last.get(1).path("choices")).isEmpty();
    assertThat(last.get(1).at("/usage/total_tokens").asInt()).isEqualTo(3);
    assertThat(stream.isFinished()).isTrue();
  }

  @Test
  void tokensThatAreToldAllAlongEndNothing() throws BadAnswer {
    List<ObjectNode> first =
        mended("{'choices':[{'delta':{'content':'a'}}],'usage':{'prompt_tokens':1}}");

    assertThat(first).hasSize(1);
    assertThat(stream.isFinished()).isFalse();
  }

  @Test
  void aSecondReasonToFinishIsNone() throws BadAnswer {
    mended("{'choices':[{'delta':{'content':'a'},'finish_reason':'length'}]}");

    assertThat(choice("{'choices':[{'delta':{},'finish_reason':'stop'}]}").path("finish_reason"))
        .isEqualTo(json("null"));
  }

  @Test
  void aCallThatIsCutAtTheLimitStaysCut() throws BadAnswer {
    mended("{'choices':[{'delta':{'tool_calls':[{'function':{'name':'f','arguments':'{'}}]}}]}");

    assertThat(
            choice("{'choices':[{'delta':{},'finish_reason':'length'}]}")
                .path("finish_reason")
                .asText())
        .isEqualTo("length");
  }

  @Test
  void callsWithNeitherIndexNorIdAreToldApartByTheirNames() throws BadAnswer {
    JsonNode first =
        choice(
            "{'choices':[{'delta':{'tool_calls':[{'function':{'name':'f','arguments':'{'}},"
                + "{'function':{'arguments':'}'}}]}}]}");
    JsonNode second = choice("{'choices':[{'delta':{'tool_calls':[{'function':{'name':'g'}}]}}]}");

    assertThat(first.at("/delta/tool_calls"))
        .isEqualTo(
            json(
                "[{'function':{'name':'f','arguments':'{'},'index':0,'type':'function',"
                    + "'id':'call_r1_0'},{'function':{'arguments':'}'},'index':0}]"));
    assertThat(second.at("/delta/tool_calls"))
        .isEqualTo(
            json(
                "[{'function':{'name':'g','arguments':''},'index':1,'type':'function',"
                    + "'id':'call_r1_1'}]"));
  }

  @Test
  void countsAreRoundedAndOtherNumbersKept() throws BadAnswer {
    JsonNode usage =
        mended(
                "{'usage':{'prompt_tokens':3.0,'completion_tokens':null,'seconds':1.5,"
                    + "'prompt_tokens_details':{'cached_tokens':2.0}}}")
            .get(0)
            .path("usage");

    assertThat(usage)
        .isEqualTo(
            json(
                "{'prompt_tokens':3,'completion_tokens':0,'seconds':1.5,"
                    + "'prompt_tokens_details':{'cached_tokens':2},'total_tokens':3}"));
  }
}
