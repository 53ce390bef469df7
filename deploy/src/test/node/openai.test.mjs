// The official OpenAI client for Node against a running gateway. REMUDA_URL names the gateway.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { toFile } from "openai";

const url = process.env.REMUDA_URL;
const model = process.env.REMUDA_MODEL ?? "demo";
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: process.env.REMUDA_API_KEY ?? "any", maxRetries: 0 });
const messages = [{ role: "user", content: "the horse" }];

test("lists the models and finds one of them", async () => {
  const names = [];
  for await (const found of client.models.list()) names.push(found.id);
  assert.ok(names.includes(model), `${names} has ${model}`);
  const one = await client.models.retrieve(model);
  assert.equal(one.object, "model");
  assert.equal(typeof one.created, "number");
});

test("answers a chat", async () => {
  const answer = await client.chat.completions.create({ model, messages, max_tokens: 16 });
  assert.equal(answer.object, "chat.completion");
  assert.equal(answer.model, model);
  assert.ok(answer.choices[0].message.content.length > 0);
  assert.ok(["stop", "length"].includes(answer.choices[0].finish_reason));
  assert.ok(Number.isInteger(answer.usage.total_tokens) && answer.usage.total_tokens > 0);
});

test("streams a chat with usage", async () => {
  const stream = await client.chat.completions.create({
    model, messages, max_tokens: 16, stream: true, stream_options: { include_usage: true },
  });
  const ids = new Set();
  let text = "", finish = null, usage = null;
  for await (const chunk of stream) {
    ids.add(chunk.id);
    assert.equal(typeof chunk.created, "number");
    const choice = chunk.choices[0];
    text += choice?.delta?.content ?? "";
    finish = choice?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  assert.ok(text.length > 0);
  assert.ok(["stop", "length"].includes(finish));
  assert.ok(usage.completion_tokens > 0);
  assert.equal(ids.size, 1, "one id on all chunks");
});

test("satisfies the streaming helper", async () => {
  const runner = client.chat.completions.stream({ model, messages, max_tokens: 16 });
  const final = await runner.finalChatCompletion();
  assert.equal(final.choices[0].message.role, "assistant");
  assert.ok(final.choices[0].message.content.length > 0);
});

test("can be left in the middle of a stream", async () => {
  const stream = await client.chat.completions.create({ model, messages, max_tokens: 64, stream: true });
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta?.content) break;
  }
  stream.controller.abort();
});

test("completes a prompt", async () => {
  const answer = await client.completions.create({ model, prompt: "the horse", max_tokens: 8 });
  assert.equal(answer.object, "text_completion");
  assert.ok(answer.choices[0].text.length > 0);
});

test("embeds in the client's default encoding", async (context) => {
  const embedder = process.env.REMUDA_EMBEDDING_MODEL;
  if (!embedder) return context.skip("no embedding model was named");
  const answer = await client.embeddings.create({ model: embedder, input: "the horse" });
  assert.ok(answer.data[0].embedding.length > 0);
  assert.ok(answer.data[0].embedding.every(Number.isFinite));
});

test("raises its not-found error for an unknown model", async () => {
  const failed = await assert.rejects(
    client.chat.completions.create({ model: "no-such-model", messages }),
    (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, "model_not_found");
      assert.ok(error.requestID, "x-request-id is there");
      return true;
    });
  assert.equal(failed, undefined);
});

test("raises its bad-request error when the messages are missing", async () => {
  await assert.rejects(client.chat.completions.create({ model }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError, `${error}`);
    return true;
  });
});

test("runs a batch of chats, one line out per line in", async () => {
  const lines = [1, 2, 3].map((number) => JSON.stringify({
    custom_id: `chat-${number}`, method: "POST", url: "/v1/chat/completions",
    body: { model, messages, max_tokens: 4 },
  }));
  const file = await client.files.create({
    file: await toFile(Buffer.from(lines.join("\n")), "chats.jsonl"), purpose: "batch",
  });
  assert.equal(file.object, "file");
  assert.equal((await client.files.retrieve(file.id)).bytes, file.bytes);

  let batch = await client.batches.create({
    input_file_id: file.id, endpoint: "/v1/chat/completions", completion_window: "24h",
    metadata: { of: "node" },
  });
  const limit = Date.now() + 60_000;
  while (!["completed", "failed", "expired", "cancelled"].includes(batch.status)) {
    assert.ok(Date.now() < limit, `the batch is still ${batch.status}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    batch = await client.batches.retrieve(batch.id);
  }
  assert.equal(batch.status, "completed", JSON.stringify(batch.errors));
  assert.deepEqual(batch.request_counts, { total: 3, completed: 3, failed: 0 });
  assert.equal(batch.metadata.of, "node");

  const output = (await (await client.files.content(batch.output_file_id)).text()).trim().split("\n").map(JSON.parse);
  assert.deepEqual(output.map((line) => line.custom_id), ["chat-1", "chat-2", "chat-3"]);
  for (const line of output) {
    assert.equal(line.response.status_code, 200);
    assert.equal(line.response.body.model, model);
    assert.ok(line.response.body.choices[0].message.content.length > 0);
  }

  const seen = [];
  for await (const each of client.batches.list({ limit: 1 })) seen.push(each.id);
  assert.ok(seen.includes(batch.id) && new Set(seen).size === seen.length, "the list ends");
  assert.equal((await client.files.delete(file.id)).deleted, true);
});
