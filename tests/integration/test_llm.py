# SPDX-License-Identifier: Apache-2.0
"""Language models from outside: configuration, and the official SDKs through the proxy."""
import os
import pathlib
import shutil
import subprocess

import pytest

CONFIG = """
llm:
  providers:
    - {name: main, kind: openai, url: "https://127.0.0.1:1", key: sk-very-secret, models: [{name: m1, context: 128000}]}
    - {kind: groq, key: {env: NOT_SET_ANYWHERE}, models: [x]}
  routes: {chat: [main/m1]}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "faultmaven.yaml"
    path.write_text(CONFIG)
    path.chmod(0o600)
    return path


def test_show_hides_secrets_and_names_origins(faultmaven, config):
    (config.parent / "config.d").mkdir()
    (config.parent / "config.d" / "10-retry.yaml").write_text("llm: {retry: {attempts: 2, deadline: 90s}}\n")
    done = faultmaven.run("config", "show", "--config", config, env={"FAULTMAVEN__LLM__RETRY__ATTEMPTS": "4"})
    out = done.out.decode()
    assert done.status == 0, done.err
    assert "sk-very-secret" not in out and "llm.providers[0].key: [hidden]" in out
    assert "llm.retry.attempts: 4  # $FAULTMAVEN__LLM__RETRY__ATTEMPTS" in out
    assert "llm.retry.deadline: \"90s\"" in out and "10-retry.yaml:1" in out


def test_check_names_the_line_or_the_member(faultmaven, config):
    done = faultmaven.run("config", "check", "--config", config)
    assert done.status == 1 and "NOT_SET_ANYWHERE is not set" in done.err
    config.write_text("llm: {providers: [{kind: openia}]}\n")
    assert "llm.providers[0].kind" in faultmaven.run("config", "check", "--config", config).err
    config.write_text("llm:\n  providers: [\n")
    assert ":3:" in faultmaven.run("config", "check", "--config", config).err
    config.write_text("lmm: {}\n")
    assert "lmm: unknown section" in faultmaven.run("config", "check", "--config", config).err


def test_an_open_file_with_a_key_is_reported(faultmaven, config):
    config.chmod(0o644)
    assert "chmod 600" in faultmaven.run("config", "check", "--config", config).err


def test_keys_from_files_and_commands(faultmaven, config):
    key = config.parent / "key"
    key.write_text("abc\n")
    config.write_text("llm: {providers: [{kind: openai, key: {file: %s}, models: [a]},"
                      " {kind: groq, key: {command: echo hello}, models: [b]}]}\n" % key)
    done = faultmaven.run("llm", "status", "--config", config)
    assert done.status == 0 and done.out.decode().count("key set") == 2 and done.err == ""


def test_status_without_any_model(faultmaven, tmp_path):
    empty = tmp_path / "empty.yaml"
    empty.write_text("")
    done = faultmaven.run("llm", "status", "--config", empty)
    assert done.status == 0 and b"no language model is configured" in done.out


def test_a_dead_provider_is_named(faultmaven, config):
    done = faultmaven.run("llm", "test", "--config", config, env={"FAULTMAVEN__LLM__RETRY__ATTEMPTS": "1"})
    assert done.status == 1 and b"main/m1: network" in done.out and b"sk-very-secret" not in done.out


@pytest.fixture(scope="session")
def sdks(tmp_path_factory):
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed")
    folder = pathlib.Path(os.environ.get("SDK_FOLDER") or tmp_path_factory.mktemp("sdk"))
    if not (folder / "node_modules/openai").exists():
        try:
            subprocess.run(["npm", "install", "--no-fund", "--no-audit", "--prefix", folder, "openai", "@anthropic-ai/sdk"],
                           check=True, capture_output=True, timeout=120)
        except (subprocess.SubprocessError, OSError):
            pytest.skip("the SDK packages cannot be fetched here")
    return folder


def test_official_sdks_hold_a_conversation_with_tools(faultmaven, root, sdks):
    done = subprocess.run(["node", root / "tests/integration/llm/sdk.mjs", faultmaven.path], capture_output=True, timeout=120,
                          text=True, env={**os.environ, "SDK_FOLDER": str(sdks)})
    assert done.returncode == 0, done.stderr[-4000:]
    assert "ok: 8 calls" in done.stdout
