# SPDX-License-Identifier: Apache-2.0
"""A language model that says what a script says, behind chat completions as OpenAI serves them.

    with ModelServer([{"message": "…", "changes": []}, Call("query_logs", {"words": "x"}), "prose"]) as server:
        server.config(folder)           a configuration file that points at it
        server.requests                 what was sent, as JSON
"""
import http.server
import json
import threading
import time


class Call:
    """A native tool call."""

    def __init__(self, name, arguments):
        self.name, self.arguments = name, json.dumps(arguments)


class Status:
    """An HTTP failure instead of an answer."""

    def __init__(self, status):
        self.status = status


class Slow:
    """A text in pieces with pauses; `hold` seconds before the last one."""

    def __init__(self, text, pieces=8, pause=0.05, hold=0.0, breaks=False):
        self.text, self.pieces, self.pause, self.hold, self.breaks = text, pieces, pause, hold, breaks


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def plain(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def frame(self, delta, finish=None):
        body = {"id": "x", "model": "scripted", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        self.wfile.write(b"data: %s\n\n" % json.dumps(body).encode())
        self.wfile.flush()

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        owner = self.server.owner
        owner.requests.append(request)
        reply = owner.next(request)
        if isinstance(reply, Status):
            self.plain(reply.status, {"error": {"message": "scripted failure"}})
        elif request.get("stream"):
            self.stream(reply)
        else:
            self.whole(reply)

    def whole(self, reply):
        message, finish = {"role": "assistant", "content": text_of(reply)}, "stop"
        if isinstance(reply, Call):
            message = {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": reply.name, "arguments": reply.arguments}}]}
            finish = "tool_calls"
        self.plain(200, {"id": "x", "model": "scripted", "choices": [{"index": 0, "message": message, "finish_reason": finish}],
                         "usage": {"prompt_tokens": 100, "completion_tokens": 10}})

    def stream(self, reply):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            self.frames(reply)
        except OSError:
            self.server.owner.hung_up = True

    def frames(self, reply):
        if isinstance(reply, Call):
            self.frame({"role": "assistant", "tool_calls": [
                {"index": 0, "id": "c1", "type": "function", "function": {"name": reply.name, "arguments": reply.arguments}}]})
            self.frame({}, "tool_calls")
        else:
            text = text_of(reply)
            slow = reply if isinstance(reply, Slow) else Slow(text, 1, 0)
            step = max(1, -(-len(text) // slow.pieces))
            parts = [text[i:i + step] for i in range(0, len(text), step)]
            for i, part in enumerate(parts):
                if slow.breaks and i == len(parts) - 1:
                    return
                time.sleep(slow.hold if slow.hold and i == len(parts) - 1 else slow.pause)
                self.frame({"content": part})
            self.frame({}, "stop")
        self.wfile.write(b"data: [DONE]\n\n")


def text_of(reply):
    if isinstance(reply, Slow):
        return reply.text
    return reply if isinstance(reply, (str, type(None))) else json.dumps(reply) if isinstance(reply, dict) else None


class ModelServer:
    def __init__(self, script):
        self.script, self.requests, self.hung_up = list(script), [], False

    def next(self, request):
        """An entry may be a function of the request."""
        reply = self.script.pop(0) if self.script else {"message": "End of script.", "changes": []}
        return reply(request) if callable(reply) else reply

    def __enter__(self):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.owner = self
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args):
        self.http.shutdown()
        self.http.server_close()

    def config(self, folder, extra=""):
        path = folder / "model.yaml"
        path.write_text('llm:\n  providers:\n    - {name: near, kind: openai, url: "http://127.0.0.1:%d/v1", key: k,'
                        ' models: [{name: scripted, context: 32000}]}\n  retry: {attempts: 1}\n%s' % (self.http.server_address[1], extra))
        path.chmod(0o600)
        return path
