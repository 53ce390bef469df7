// The clients for Node against a fleet on the real llama-server: a row for each client, a column for each
// thing to ask for. REMUDA_URL names the gateway, REMUDA_MODEL the demo's model and REMUDA_EMBEDDING_MODEL the
// same for embeddings. At temperature 0 the model says one thing, so every client has to hear the same.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { jsonSchemaOutputFormat } from "@anthropic-ai/sdk/helpers/json-schema";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { APICallError, embedMany, generateText, jsonSchema, Output, streamText, tool } from "ai";
import { Ollama } from "ollama";
import OpenAI from "openai";

const url = process.env.REMUDA_URL;
const model = process.env.REMUDA_MODEL;
const embedder = process.env.REMUDA_EMBEDDING_MODEL;
const texts = ["the horse", "a lame mule"];
// The engine holds the model to it, which by itself knows no JSON: one value is allowed for each field.
const weather = {
  type: "object",
  properties: { city: { type: "string", enum: ["Oslo"] }, degrees: { type: "integer", enum: [7] } },
  required: ["city", "degrees"],
  additionalProperties: false,
};
const oslo = { city: "Oslo", degrees: 7 };
const description = "the weather of a city";
const asFunction = { type: "function", function: { name: "weather", description, parameters: weather } };
const format = { type: "json_schema", json_schema: { name: "weather", strict: true, schema: weather } };
const user = (content) => [{ role: "user", content }];
// Between any two places that JSON leaves open the model may put many blanks.
const room = 400;
const tooLong = "the horse ".repeat(6000);
// Its end would come at once; without that it speaks until its limit, which is long after a client has left.
const long = 1500;
const endless = { 2: -1000 };

let said;
before(async () => {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, messages: user("the horse"), temperature: 0, max_tokens: 40 }),
  });
  const whole = await answer.json();
  said = whole.choices[0].message.content;
  assert.ok(said.length > 10, JSON.stringify(whole));
});

// Asks until a client has left before the engine was done, as the gateway tells it; `leave` gets the id to send.
const leaves = async (name, leave) => {
  const outcomes = [];
  for (let attempt = 1; attempt <= 5; attempt++) {
    const id = `left-${name}-${attempt}`;
    await leave(id);
    const limit = Date.now() + 10_000;
    for (;;) {
      const found = await fetch(`${url}/v1/requests/${id}`);
      if (found.ok) {
        outcomes.push((await found.json()).data[0].outcome);
        break;
      }
      assert.ok(Date.now() < limit, `nobody knows of ${id}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (outcomes.at(-1) === "cancelled") return;
  }
  assert.fail(`each of the streams came to its end: ${outcomes}`);
};
const vectors = (found) => {
  assert.equal(found.length, 2);
  assert.ok(found[0].length > 100 && found[0].length === found[1].length);
  assert.ok(found.flat().every(Number.isFinite));
  assert.notDeepEqual(found[0], found[1]);
};

const openai = () => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 2 });
  const body = (more = {}) => ({ model, messages: user("the horse"), temperature: 0, max_tokens: room, ...more });
  const ask = (more) => client.chat.completions.create(body(more));
  return {
    chat: async () => {
      const answer = await ask();
      assert.deepEqual([answer.choices[0].message.content, answer.choices[0].finish_reason], [said, "stop"]);
      assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    },
    stream: async () => {
      const runner = client.chat.completions.stream(body({ stream_options: { include_usage: true } }));
      const final = await runner.finalChatCompletion();
      assert.equal(final.choices[0].message.content, said);
      assert.ok(final.usage.completion_tokens > 0);
    },
    tools: async () => {
      const asked = { tools: [asFunction], tool_choice: "required" };
      const call = (await ask(asked)).choices[0].message.tool_calls[0];
      assert.deepEqual([call.function.name, JSON.parse(call.function.arguments)], ["weather", oslo]);
      const streamed = (await client.chat.completions.stream(body(asked)).finalChatCompletion()).choices[0];
      assert.equal(streamed.finish_reason, "tool_calls");
      assert.deepEqual(JSON.parse(streamed.message.tool_calls[0].function.arguments), oslo);
      const told = { role: "tool", tool_call_id: call.id, content: "a fine day" };
      const called = { role: "assistant", content: null, tool_calls: [call] };
      const last = (await ask({ tools: [asFunction], messages: [...user("the horse"), called, told] })).choices[0];
      assert.equal(last.finish_reason, "stop");
      assert.ok(last.message.content.length > 0);
    },
    schema: async () => {
      const answer = await client.chat.completions.parse(body({ response_format: format }));
      assert.deepEqual(answer.choices[0].message.parsed, oslo);
    },
    embeddings: async () => {
      const answer = await client.embeddings.create({ model: embedder, input: texts });
      vectors(answer.data.map((each) => each.embedding));
    },
    responses: async () => {
      const question = { model, input: "the horse", temperature: 0, max_output_tokens: room };
      assert.equal((await client.responses.create(question)).output_text, said);
      assert.equal((await client.responses.stream(question).finalResponse()).output_text, said);
    },
    "responses' schema": async () => {
      const answer = await client.responses.parse({
        model, input: "the horse", temperature: 0, max_output_tokens: room,
        text: { format: { type: "json_schema", name: "weather", strict: true, schema: weather } },
      });
      assert.deepEqual(answer.output_parsed ?? JSON.parse(answer.output_text), oslo);
    },
    "responses' tools": async () => {
      const answer = await client.responses.create({
        model, input: "the horse", temperature: 0, max_output_tokens: room, tool_choice: "required",
        tools: [{ type: "function", name: "weather", description, parameters: weather, strict: true }],
      });
      const call = answer.output.find((item) => item.type === "function_call");
      assert.deepEqual([call.name, JSON.parse(call.arguments)], ["weather", oslo]);
    },
    error: () => assert.rejects(ask({ messages: user(tooLong) }), (error) =>
      error instanceof OpenAI.BadRequestError && /context/.test(error.message)),
    abort: () => leaves("openai", async (id) => {
      const stream = await client.chat.completions.create(
        body({ stream: true, max_tokens: long, logit_bias: endless }), { headers: { "x-request-id": id } });
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    }),
  };
};

const anthropic = () => {
  const client = new Anthropic({ baseURL: url, apiKey: "any", maxRetries: 2 });
  const body = (more = {}) => ({ model, max_tokens: room, temperature: 0, messages: user("the horse"), ...more });
  const tools = [{ name: "weather", description, input_schema: weather }];
  const output_config = { format: jsonSchemaOutputFormat(weather, { transform: false }) };
  return {
    chat: async () => {
      const answer = await client.messages.create(body());
      assert.deepEqual([answer.content[0].text, answer.stop_reason], [said, "end_turn"]);
    },
    stream: async () => {
      const final = await client.messages.stream(body()).finalMessage();
      assert.equal(final.content[0].text, said);
      assert.ok(final.usage.output_tokens > 0);
    },
    tools: async () => {
      const asked = body({ tools, tool_choice: { type: "any" } });
      const used = (await client.messages.create(asked)).content.find((block) => block.type === "tool_use");
      assert.deepEqual([used.name, used.input], ["weather", oslo]);
      const final = await client.messages.stream(asked).finalMessage();
      assert.deepEqual(final.content.find((block) => block.type === "tool_use").input, oslo);
      assert.equal(final.stop_reason, "tool_use");
    },
    schema: async () => {
      assert.deepEqual((await client.messages.parse(body({ output_config }))).parsed_output, oslo);
      const final = await client.messages.stream(body({ output_config })).finalMessage();
      assert.deepEqual(JSON.parse(final.content[0].text), oslo);
    },
    "count of tokens": async () => {
      const counted = await client.messages.countTokens({ model, messages: user("the horse") });
      assert.ok(counted.input_tokens > 0);
    },
    error: () => assert.rejects(client.messages.create(body({ messages: user(tooLong) })), (error) =>
      error instanceof Anthropic.BadRequestError && /context/.test(error.message)),
    abort: () => leaves("anthropic", async (id) => {
      // It takes no bias there; a call takes it long enough, for what it may put between the parts of one.
      const stream = await client.messages.create(
        body({ stream: true, tools, tool_choice: { type: "any" } }), { headers: { "x-request-id": id } });
      for await (const event of stream) if (event.type === "content_block_delta") break;
    }),
  };
};

const ollama = () => {
  const client = new Ollama({ host: url });
  const body = (more = {}) =>
    ({ model, messages: user("the horse"), options: { temperature: 0, num_predict: room }, ...more });
  return {
    chat: async () => {
      const answer = await client.chat(body());
      assert.deepEqual([answer.message.content, answer.done_reason], [said, "stop"]);
    },
    stream: async () => {
      let text = "", last;
      for await (const part of await client.chat(body({ stream: true }))) { text += part.message.content; last = part; }
      assert.deepEqual([text, last.done], [said, true]);
      assert.ok(last.eval_count > 0);
    },
    generate: async () => {
      const answer = await client.generate({
        model, prompt: "the horse", options: { temperature: 0, num_predict: room },
      });
      assert.equal(answer.response, said);
    },
    tools: async () => {
      const call = (await client.chat(body({ tools: [asFunction] }))).message.tool_calls[0].function;
      assert.deepEqual([call.name, call.arguments], ["weather", oslo]);
    },
    schema: async () =>
      assert.deepEqual(JSON.parse((await client.chat(body({ format: weather }))).message.content), oslo),
    embeddings: async () => vectors((await client.embed({ model: embedder, input: texts })).embeddings),
    "lists of models": async () => {
      for (const { models } of [await client.list(), await client.ps()]) {
        const names = models.map((each) => each.name);
        assert.ok(names.includes(`${model}:latest`) && names.includes(`${embedder}:latest`), names);
      }
      assert.ok((await client.show({ model })).capabilities.includes("completion"));
      await assert.rejects(client.show({ model: "no-such-model" }), (error) => error.status_code === 404);
      assert.match((await client.version()).version, /^\d+\.\d+/);
    },
    error: () => assert.rejects(client.chat(body({ messages: user(tooLong) })), (error) =>
      error.status_code === 400 && /context/.test(error.message)),
    abort: () => leaves("ollama", async (id) => {
      const leaving = new Ollama({ host: url, headers: { "x-request-id": id } });
      const options = { temperature: 0, num_predict: long, logit_bias: endless };
      const stream = await leaving.chat(body({ stream: true, options }));
      await assert.rejects(async () => {
        for await (const part of stream) if (part.message.content) stream.abort();
        // It may have been quicker than this client.
        throw Object.assign(new Error("it is done"), { name: "AbortError" });
      }, { name: "AbortError" });
    }),
  };
};

const langchain = () => {
  const chat = (more = {}, headers = {}) => new ChatOpenAI({
    model, apiKey: "any", maxRetries: 2, temperature: 0, maxTokens: room,
    configuration: { baseURL: `${url}/v1`, defaultHeaders: headers }, ...more,
  });
  const gathered = async (stream) => {
    let all;
    for await (const chunk of stream) all = all ? all.concat(chunk) : chunk;
    return all;
  };
  return {
    chat: async () => assert.equal((await chat().invoke("the horse")).content, said),
    stream: async () => {
      const all = await gathered(await chat().stream("the horse"));
      assert.equal(all.content, said);
      assert.ok(all.usage_metadata.total_tokens > 0);
    },
    tools: async () => {
      const bound = chat().bindTools([asFunction], { tool_choice: "required" });
      const call = (await bound.invoke("the horse")).tool_calls[0];
      assert.deepEqual([call.name, call.args], ["weather", oslo]);
      assert.deepEqual((await gathered(await bound.stream("the horse"))).tool_calls[0].args, oslo);
    },
    schema: async () => {
      const structured = chat().withStructuredOutput(weather, { name: "weather", method: "jsonSchema" });
      assert.deepEqual(await structured.invoke("the horse"), oslo);
    },
    embeddings: async () => {
      const configuration = { baseURL: `${url}/v1` };
      vectors(await new OpenAIEmbeddings({ model: embedder, apiKey: "any", configuration }).embedDocuments(texts));
    },
    error: () => assert.rejects(chat().invoke(tooLong), (error) => error.status === 400 && /context/.test(error.message)),
    abort: () => leaves("langchain", async (id) => {
      const leaving = new AbortController();
      const asked = chat({ maxTokens: long, modelKwargs: { logit_bias: endless } }, { "x-request-id": id });
      try {
        for await (const chunk of await asked.stream("the horse", { signal: leaving.signal })) {
          if (chunk.content) leaving.abort();
        }
      } catch (error) {
        assert.ok(leaving.signal.aborted, error);
      }
    }),
  };
};

const ai = () => {
  const provider = createOpenAICompatible({
    name: "remuda", baseURL: `${url}/v1`, apiKey: "any", supportsStructuredOutputs: true, includeUsage: true,
  });
  const body = (more = {}) =>
    ({ model: provider(model), prompt: "the horse", temperature: 0, maxOutputTokens: room, onError: () => {}, ...more });
  const tools = { weather: tool({ description, inputSchema: jsonSchema(weather) }) };
  return {
    chat: async () => assert.equal((await generateText(body())).text, said),
    stream: async () => {
      const answer = streamText(body());
      assert.equal(await answer.text, said);
      assert.ok((await answer.usage).totalTokens > 0);
    },
    tools: async () => {
      const call = (await generateText(body({ tools, toolChoice: "required" }))).toolCalls[0];
      assert.deepEqual([call.toolName, call.input], ["weather", oslo]);
      const streamed = await streamText(body({ tools, toolChoice: "required" })).toolCalls;
      assert.deepEqual(streamed[0].input, oslo);
    },
    schema: async () => {
      const output = Output.object({ schema: jsonSchema(weather) });
      assert.deepEqual((await generateText(body({ output }))).output, oslo);
    },
    embeddings: async () =>
      vectors((await embedMany({ model: provider.embeddingModel(embedder), values: texts })).embeddings),
    error: () => assert.rejects(generateText(body({ prompt: tooLong })), (error) =>
      APICallError.isInstance(error) && error.statusCode === 400 && /context/.test(error.message)),
    abort: () => leaves("ai", async (id) => {
      const leaving = new AbortController();
      const answer = streamText(body({
        maxOutputTokens: long, abortSignal: leaving.signal, headers: { "x-request-id": id },
        providerOptions: { remuda: { logit_bias: endless } },
      }));
      for await (const part of answer.fullStream) if (part.type === "text-delta") leaving.abort();
    }),
  };
};

const rows = { openai, "@anthropic-ai/sdk": anthropic, ollama, "@langchain/openai": langchain, ai };

for (const [name, row] of Object.entries(rows)) {
  describe(name, () => {
    for (const [column, check] of Object.entries(row())) test(column, check);
  });
}
