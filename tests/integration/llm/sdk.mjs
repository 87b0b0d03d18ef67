// SPDX-License-Identifier: Apache-2.0
// A conversation with tools and streaming by the official SDKs, through `faultmaven llm proxy`, to a provider that this
// script plays itself. Usage: node sdk.mjs FAULTMAVEN (node_modules with openai and @anthropic-ai/sdk beside it or in
// NODE_PATH's parent).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(join(process.env.SDK_FOLDER || process.cwd(), 'x.js'));
const OpenAI = require('openai').default;
const Anthropic = require('@anthropic-ai/sdk').default;

const seen = [];

function chunk(delta, finish = null) {
  return `data: ${JSON.stringify({ id: 'c1', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

// First turn: asks for a tool; after the tool's result: answers with it.
function play(req, res, body) {
  const q = JSON.parse(body);
  seen.push(q);
  const result = q.messages.find((m) => m.role === 'tool');
  const text = result ? `The pod restarted ${result.content} times — café.` : null;
  if (!q.stream) {
    const message = text
      ? { role: 'assistant', content: text }
      : { role: 'assistant', content: null, tool_calls: [{ id: 'call_9', type: 'function', function: { name: 'count_restarts', arguments: '{"pod":"api-1"}' } }] };
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ id: 'c1', model: 'm', choices: [{ index: 0, message, finish_reason: text ? 'stop' : 'tool_calls' }], usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } }));
    return;
  }
  res.setHeader('content-type', 'text/event-stream');
  res.write(chunk({ role: 'assistant', content: '' }));
  if (text) {
    const bytes = Buffer.from(chunk({ content: text }));
    res.write(bytes.subarray(0, bytes.indexOf(0xc3) + 1)); // cut inside é
    setTimeout(() => {
      res.write(bytes.subarray(bytes.indexOf(0xc3) + 1));
      res.end(chunk({}, 'stop') + `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } })}\n\ndata: [DONE]\n\n`);
    }, 20);
  } else {
    res.write(chunk({ tool_calls: [{ index: 0, id: 'call_9', type: 'function', function: { name: 'count_restarts', arguments: '' } }] }));
    res.write(chunk({ tool_calls: [{ index: 0, function: { arguments: '{"pod":' } }] }));
    res.end(chunk({ tool_calls: [{ index: 0, function: { arguments: '"api-1"}' } }] }) + chunk({}, 'tool_calls') + 'data: [DONE]\n\n');
  }
}

function startProvider() {
  const server = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => play(req, res, Buffer.concat(parts).toString()));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function startProxy(binary, port) {
  const file = join(mkdtempSync(join(tmpdir(), 'fm-sdk-')), 'config.yaml');
  writeFileSync(file, `llm:\n  providers:\n    - {name: p, kind: local, url: "http://127.0.0.1:${port}", models: [m]}\n`, { mode: 0o600 });
  const child = spawn(binary, ['llm', 'proxy', '--listen', '127.0.0.1:0', '--config', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the proxy ended with ${code}`)));
    child.stdout.on('data', (d) => resolve({ child, url: /http:\S+/.exec(d.toString())[0] }));
  });
}

const schema = { type: 'object', properties: { pod: { type: 'string' } }, required: ['pod'] };

async function openaiTalk(url) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unused', maxRetries: 0 });
  const tools = [{ type: 'function', function: { name: 'count_restarts', description: 'Restarts of a pod.', parameters: schema } }];
  const models = await client.models.list();
  assert.ok(models.data.some((m) => m.id === 'p/m'));
  for (const stream of [false, true]) {
    const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'How often did api-1 restart?' }];
    let calls;
    if (stream) {
      const s = client.chat.completions.stream({ model: 'p/m', messages, tools });
      calls = (await s.finalMessage()).tool_calls;
    } else {
      calls = (await client.chat.completions.create({ model: 'p/m', messages, tools })).choices[0].message.tool_calls;
    }
    assert.equal(calls[0].function.name, 'count_restarts');
    assert.deepEqual(JSON.parse(calls[0].function.arguments), { pod: 'api-1' });
    messages.push({ role: 'assistant', content: null, tool_calls: calls.map(({ id, type, function: f }) => ({ id, type, function: { name: f.name, arguments: f.arguments } })) });
    messages.push({ role: 'tool', tool_call_id: calls[0].id, content: '7' });
    let text = '';
    if (stream) {
      let usage = null;
      for await (const part of await client.chat.completions.create({ model: 'p/m', messages, tools, stream: true, stream_options: { include_usage: true } })) {
        text += part.choices[0]?.delta?.content ?? '';
        usage = part.usage ?? usage;
      }
      assert.equal(usage.total_tokens, 13);
    } else {
      text = (await client.chat.completions.create({ model: 'p/m', messages, tools })).choices[0].message.content;
    }
    assert.equal(text, 'The pod restarted 7 times — café.');
  }
  await assert.rejects(client.chat.completions.create({ model: 'nobody', messages: [{ role: 'user', content: 'x' }] }), (e) => e.status === 404);
}

async function anthropicTalk(url) {
  const client = new Anthropic({ baseURL: url, apiKey: 'unused', maxRetries: 0 });
  const tools = [{ name: 'count_restarts', description: 'Restarts of a pod.', input_schema: schema }];
  for (const stream of [false, true]) {
    const messages = [{ role: 'user', content: 'How often did api-1 restart?' }];
    const ask = { model: 'p/m', max_tokens: 200, system: 'Be brief.', tools, messages };
    const first = stream ? await client.messages.stream(ask).finalMessage() : await client.messages.create(ask);
    assert.equal(first.stop_reason, 'tool_use');
    const use = first.content.find((b) => b.type === 'tool_use');
    assert.deepEqual(use.input, { pod: 'api-1' });
    messages.push({ role: 'assistant', content: first.content });
    messages.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: '7' }] });
    let text = '';
    if (stream) {
      const s = client.messages.stream(ask);
      s.on('text', (t) => { text += t; });
      const last = await s.finalMessage();
      assert.equal(last.stop_reason, 'end_turn');
      assert.equal(last.usage.output_tokens, 4);
    } else {
      text = (await client.messages.create(ask)).content[0].text;
    }
    assert.equal(text, 'The pod restarted 7 times — café.');
  }
}

const provider = await startProvider();
const proxy = await startProxy(process.argv[2], provider.address().port);
try {
  await openaiTalk(proxy.url);
  await anthropicTalk(proxy.url);
  assert.ok(seen.every((q) => q.messages.length >= 2));
  console.log(`ok: ${seen.length} calls`);
} finally {
  proxy.child.removeAllListeners('exit');
  proxy.child.kill('SIGTERM');
  provider.close();
  provider.closeAllConnections();
}
