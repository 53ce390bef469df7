// The clients for Node against a running gateway whose engine is scripted: a row for each client, a column
// for each thing to ask for. REMUDA_URL names the gateway; its model `talker` has a chat and embeddings.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { jsonSchemaOutputFormat } from "@anthropic-ai/sdk/helpers/json-schema";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { APICallError, embedMany, generateText, jsonSchema, Output, streamText, tool } from "ai";
import { Ollama } from "ollama";
import OpenAI from "openai";

const url = process.env.REMUDA_URL;
const model = "talker";
const texts = ["the horse", "a lame mule"];
const vector = [0.25, -0.5, 1];
const city = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const weather = {
  type: "object",
  properties: { city: { type: "string" }, degrees: { type: "integer" } },
  required: ["city", "degrees"],
  additionalProperties: false,
};
const asFunction = { type: "function", function: { name: "weather", description: "the weather", parameters: city } };
const format = { type: "json_schema", json_schema: { name: "weather", strict: true, schema: weather } };
const oslo = { city: "Oslo", degrees: 7 };
const user = (content) => [{ role: "user", content }];

const openai = () => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 2 });
  const ask = (content, more = {}) => client.chat.completions.create({ model, messages: user(content), ...more });
  return {
    chat: async () => assert.equal((await ask("hi")).choices[0].message.content, "Hello"),
    stream: async () => {
      const runner = client.chat.completions.stream({
        model, messages: user("hi"), stream_options: { include_usage: true },
      });
      const final = await runner.finalChatCompletion();
      assert.equal(final.choices[0].message.content, "Hello");
      assert.equal(final.usage.total_tokens, 5);
    },
    tools: async () => {
      const call = (await ask("hi", { tools: [asFunction] })).choices[0].message.tool_calls[0];
      assert.deepEqual(JSON.parse(call.function.arguments), { city: "Oslo" });
      const runner = client.chat.completions.stream({ model, messages: user("hi"), tools: [asFunction] });
      const streamed = (await runner.finalChatCompletion()).choices[0];
      assert.equal(streamed.finish_reason, "tool_calls");
      assert.deepEqual(JSON.parse(streamed.message.tool_calls[0].function.arguments), { city: "Oslo" });
    },
    schema: async () => {
      const answer = await client.chat.completions.parse({ model, messages: user("hi"), response_format: format });
      assert.deepEqual(answer.choices[0].message.parsed, oslo);
    },
    embeddings: async () => {
      const answer = await client.embeddings.create({ model, input: texts });
      assert.deepEqual(answer.data.map((each) => each.embedding), [vector, vector]);
    },
    responses: async () => {
      assert.equal((await client.responses.create({ model, input: "hi" })).output_text, "Hello");
      const runner = client.responses.stream({ model, input: "hi" });
      assert.equal((await runner.finalResponse()).output_text, "Hello");
    },
    error: () => assert.rejects(ask("hi", { model: "no-such-model" }), (error) =>
      error instanceof OpenAI.NotFoundError && error.code === "model_not_found"),
    "broken stream": async () => {
      const stream = await ask("break", { stream: true });
      await assert.rejects(async () => { for await (const _ of stream); }, (error) =>
        error instanceof OpenAI.APIError && error.code === "engine_gone");
    },
    abort: async () => {
      const stream = await ask("hang", { stream: true });
      for await (const chunk of stream) if (chunk.choices[0].delta.content) break;
    },
    retry: async () => assert.equal((await ask("full for openai")).choices[0].message.content, "Hello"),
  };
};

const anthropic = () => {
  const client = new Anthropic({ baseURL: url, apiKey: "any", maxRetries: 2 });
  const body = (content, more = {}) => ({ model, max_tokens: 16, messages: user(content), ...more });
  const ask = (content, more) => client.messages.create(body(content, more));
  const tools = [{ name: "weather", description: "the weather", input_schema: city }];
  return {
    chat: async () => {
      const answer = await ask("hi");
      assert.deepEqual([answer.content[0].text, answer.stop_reason], ["Hello", "end_turn"]);
    },
    stream: async () => {
      const runner = client.messages.stream(body("hi"));
      const final = await runner.finalMessage();
      assert.equal(final.content[0].text, "Hello");
      assert.equal(final.usage.output_tokens, 2);
    },
    tools: async () => {
      const used = (await ask("hi", { tools })).content.find((block) => block.type === "tool_use");
      assert.deepEqual([used.name, used.input], ["weather", { city: "Oslo" }]);
      const final = await client.messages.stream(body("hi", { tools })).finalMessage();
      assert.deepEqual(final.content.find((block) => block.type === "tool_use").input, { city: "Oslo" });
      assert.equal(final.stop_reason, "tool_use");
    },
    schema: async () => {
      const output_config = { format: jsonSchemaOutputFormat(weather) };
      assert.deepEqual((await client.messages.parse(body("hi", { output_config }))).parsed_output, oslo);
      const final = await client.messages.stream(body("hi", { output_config })).finalMessage();
      assert.deepEqual(JSON.parse(final.content[0].text), oslo);
    },
    error: () => assert.rejects(ask("hi", { model: "no-such-model" }), (error) =>
      error instanceof Anthropic.NotFoundError && error.error.error.type === "not_found_error" && !!error.requestID),
    "broken stream": () => assert.rejects(client.messages.stream(body("break")).finalMessage(), (error) =>
      error instanceof Anthropic.APIError && /send the request again/.test(error.message)),
    abort: async () => {
      const stream = await ask("hang", { stream: true });
      for await (const event of stream) if (event.type === "content_block_delta") break;
    },
    retry: async () => assert.equal((await ask("full for anthropic")).content[0].text, "Hello"),
  };
};

const ollama = () => {
  const client = new Ollama({ host: url });
  const ask = (content, more = {}) => client.chat({ model, messages: user(content), ...more });
  const gathered = async (stream) => {
    let text = "", last;
    for await (const part of stream) { text += part.message?.content ?? part.response; last = part; }
    return { text, last };
  };
  return {
    chat: async () => assert.equal((await ask("hi")).message.content, "Hello"),
    stream: async () => {
      const { text, last } = await gathered(await ask("hi", { stream: true }));
      assert.deepEqual([text, last.done, last.eval_count], ["Hello", true, 2]);
    },
    generate: async () => {
      assert.equal((await client.generate({ model, prompt: "hi" })).response, "Hello");
      assert.equal((await gathered(await client.generate({ model, prompt: "hi", stream: true }))).text, "Hello");
    },
    tools: async () => {
      const call = (await ask("hi", { tools: [asFunction] })).message.tool_calls[0].function;
      assert.deepEqual([call.name, call.arguments], ["weather", { city: "Oslo" }]);
    },
    schema: async () => assert.deepEqual(JSON.parse((await ask("hi", { format: weather })).message.content), oslo),
    embeddings: async () =>
      assert.deepEqual((await client.embed({ model, input: texts })).embeddings, [vector, vector]),
    error: () => assert.rejects(ask("hi", { model: "no-such-model" }), (error) =>
      error.status_code === 404 && /no-such-model/.test(error.message)),
    "broken stream": async () => {
      const stream = await ask("break", { stream: true });
      await assert.rejects(gathered(stream), /send the request again/);
    },
    abort: async () => {
      const stream = await ask("hang", { stream: true });
      await assert.rejects(async () => {
        for await (const part of stream) if (part.message.content) stream.abort();
      }, { name: "AbortError" });
    },
  };
};

const langchain = () => {
  const configuration = { baseURL: `${url}/v1` };
  const chat = (more = {}) => new ChatOpenAI({ model, apiKey: "any", maxRetries: 2, configuration, ...more });
  return {
    chat: async () => assert.equal((await chat().invoke("hi")).content, "Hello"),
    stream: async () => {
      let all;
      for await (const chunk of await chat().stream("hi")) all = all ? all.concat(chunk) : chunk;
      assert.equal(all.content, "Hello");
      assert.equal(all.usage_metadata.total_tokens, 5);
    },
    tools: async () => {
      const call = (await chat().bindTools([asFunction]).invoke("hi")).tool_calls[0];
      assert.deepEqual([call.name, call.args], ["weather", { city: "Oslo" }]);
      let all;
      for await (const chunk of await chat().bindTools([asFunction]).stream("hi")) all = all ? all.concat(chunk) : chunk;
      assert.deepEqual(all.tool_calls[0].args, { city: "Oslo" });
    },
    schema: async () => {
      const structured = chat().withStructuredOutput(weather, { name: "weather", method: "jsonSchema" });
      assert.deepEqual(await structured.invoke("hi"), oslo);
    },
    embeddings: async () => {
      const embedder = new OpenAIEmbeddings({ model, apiKey: "any", configuration });
      assert.deepEqual(await embedder.embedDocuments(texts), [vector, vector]);
    },
    responses: async () => {
      assert.equal((await chat({ useResponsesApi: true }).invoke("hi")).text, "Hello");
      let all;
      for await (const chunk of await chat({ useResponsesApi: true }).stream("hi")) all = all ? all.concat(chunk) : chunk;
      assert.equal(all.text, "Hello");
      assert.equal(all.usage_metadata.total_tokens, 5);
    },
    error: () => assert.rejects(chat({ model: "no-such-model" }).invoke("hi"), (error) => error.status === 404),
    "broken stream": () => assert.rejects(async () => {
      for await (const _ of await chat({ maxRetries: 0 }).stream("break"));
    }, /send the request again/),
    abort: async () => {
      const leaving = new AbortController();
      await assert.rejects(async () => {
        for await (const chunk of await chat().stream("hang", { signal: leaving.signal })) {
          if (chunk.content) leaving.abort();
        }
      });
    },
    retry: async () => assert.equal((await chat().invoke("full for langchain")).content, "Hello"),
  };
};

const ai = () => {
  const provider = createOpenAICompatible({
    name: "remuda", baseURL: `${url}/v1`, apiKey: "any", supportsStructuredOutputs: true, includeUsage: true,
  });
  const ask = (prompt, more = {}) => generateText({ model: provider(model), prompt, ...more });
  const tools = { weather: tool({ description: "the weather", inputSchema: jsonSchema(city) }) };
  const quiet = { onError: () => {} };
  return {
    chat: async () => assert.equal((await ask("hi")).text, "Hello"),
    stream: async () => {
      const answer = streamText({ model: provider(model), prompt: "hi", ...quiet });
      assert.equal(await answer.text, "Hello");
      assert.equal((await answer.usage).totalTokens, 5);
    },
    tools: async () => {
      const call = (await ask("hi", { tools })).toolCalls[0];
      assert.deepEqual([call.toolName, call.input], ["weather", { city: "Oslo" }]);
      const streamed = await streamText({ model: provider(model), prompt: "hi", tools, ...quiet }).toolCalls;
      assert.deepEqual(streamed[0].input, { city: "Oslo" });
    },
    schema: async () =>
      assert.deepEqual((await ask("hi", { output: Output.object({ schema: jsonSchema(weather) }) })).output, oslo),
    embeddings: async () => {
      const answer = await embedMany({ model: provider.embeddingModel(model), values: texts });
      assert.deepEqual(answer.embeddings, [vector, vector]);
    },
    error: () => assert.rejects(ask("hi", { model: provider("no-such-model") }), (error) =>
      APICallError.isInstance(error) && error.statusCode === 404),
    "broken stream": async () => {
      const seen = [];
      const answer = streamText({ model: provider(model), prompt: "break", ...quiet });
      for await (const part of answer.fullStream) if (part.type === "error") seen.push(part.error);
      assert.equal(seen.length, 1);
      assert.match(JSON.stringify(seen[0]) + seen[0], /send the request again/);
    },
    abort: async () => {
      const leaving = new AbortController();
      const answer = streamText({ model: provider(model), prompt: "hang", abortSignal: leaving.signal, ...quiet });
      for await (const part of answer.fullStream) if (part.type === "text-delta") leaving.abort();
    },
    retry: async () => assert.equal((await ask("full for ai")).text, "Hello"),
  };
};

const rows = { openai, "@anthropic-ai/sdk": anthropic, ollama, "@langchain/openai": langchain, ai };

for (const [name, row] of Object.entries(rows)) {
  describe(name, { concurrency: true }, () => {
    for (const [column, check] of Object.entries(row())) test(column, check);
  });
}
