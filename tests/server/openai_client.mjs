// The official client of OpenAI for Node, against the server at URL.
import assert from "node:assert/strict";
import test from "node:test";
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: `${process.env.URL}/v1`,
  apiKey: process.env.TOKEN,
  maxRetries: 0,
});
const model = "quoth/gate";
const question = "When does the heron gate open?";
const messages = [{ role: "user", content: question }];

test("models are listed", async () => {
  const ids = [];
  for await (const each of client.models.list()) ids.push(each.id);
  assert.ok(ids.includes(model));
  assert.equal((await client.models.retrieve(model)).id, model);
});

test("a completion carries its citations", async () => {
  const completion = await client.chat.completions.create({ model, messages });
  const { content, annotations } = completion.choices[0].message;
  assert.match(content, /seven/);
  const { start_index, end_index, url } = annotations[0].url_citation;
  assert.equal(content.slice(start_index, end_index), "[1]");
  const page = await fetch(url, { headers: { Authorization: `Bearer ${process.env.TOKEN}` } });
  assert.equal(page.status, 200);
});

test("a completion is streamed, with its usage", async () => {
  const stream = await client.chat.completions.create({
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
  }
  assert.match(text, /seven/);
  assert.ok("total_tokens" in usage);
});

test("the helper of streams puts a completion together", async () => {
  const runner = client.chat.completions.stream({ model, messages });
  const completion = await runner.finalChatCompletion();
  assert.match(completion.choices[0].message.content, /seven/);
});

test("a response carries its citations", async () => {
  const response = await client.responses.create({ model, input: question });
  assert.match(response.output_text, /seven/);
  const again = await client.responses.retrieve(response.id);
  assert.equal(again.output_text, response.output_text);
  const kinds = response.output.at(-1).content[0].annotations.map((each) => each.type);
  assert.deepEqual(new Set(kinds), new Set(["file_citation", "url_citation"]));
});

test("a response is streamed, and found in a file", async () => {
  const stream = client.responses.stream({
    model,
    input: question,
    tools: [{ type: "file_search", vector_store_ids: ["gate"] }],
  });
  const kinds = [];
  for await (const event of stream) kinds.push(event.type);
  assert.equal(kinds.at(-1), "response.completed");
  assert.match((await stream.finalResponse()).output_text, /seven/);
});

test("a response in the background is joined", async () => {
  const response = await client.responses.create({ model, input: question, background: true });
  const kinds = [];
  for await (const event of await client.responses.retrieve(response.id, { stream: true }))
    kinds.push(event.type);
  assert.equal(kinds.at(-1), "response.completed");
});

test("vectors have one length, however they are asked for", async () => {
  const input = ["a heron", "a gate"];
  const packed = await client.embeddings.create({ model: "embedded", input });
  const plain = await client.embeddings.create({
    model: "embedded",
    input,
    encoding_format: "float",
  });
  assert.deepEqual(
    packed.data.map((each) => each.embedding.length),
    plain.data.map((each) => each.embedding.length),
  );
});

test("a file goes through a vector store into a search", async () => {
  const body = new File(["The winter key hangs behind the blue door.\n"], "key.txt");
  const file = await client.files.create({ file: body, purpose: "assistants" });
  assert.match(await (await client.files.content(file.id)).text(), /blue door/);
  const store = await client.vectorStores.create({ name: "winter" });
  const added = await client.vectorStores.files.createAndPoll(
    store.id,
    { file_id: file.id },
    { pollIntervalMs: 100 },
  );
  assert.equal(added.status, "completed");
  const found = await client.vectorStores.search(store.id, { query: "Where is the winter key?" });
  assert.equal(found.data[0].file_id, file.id);
  await client.vectorStores.delete(store.id);
  assert.ok((await client.files.delete(file.id)).deleted);
});

test("errors are those of the client", async () => {
  const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: "wrong", maxRetries: 0 });
  await assert.rejects(() => stranger.models.list(), OpenAI.AuthenticationError);
  await assert.rejects(
    () => client.chat.completions.create({ model: "gpt-4", messages }),
    OpenAI.NotFoundError,
  );
  const long = [{ role: "user", content: "many words ".repeat(20000) }];
  await assert.rejects(
    () => client.chat.completions.create({ model: "scripted:test", messages: long }),
    (error) => error instanceof OpenAI.BadRequestError && error.code === "context_length_exceeded",
  );
});

test("a stream that is left ends", async () => {
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  for await (const chunk of stream) {
    stream.controller.abort();
    break;
  }
  assert.ok(stream.controller.signal.aborted);
});
