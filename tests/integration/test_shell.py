# SPDX-License-Identifier: Apache-2.0
"""Tab completion, manual pages, paging and colour, as a person at a terminal meets them."""
import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time

import pytest


def shell(program, *lines, env):
    done = subprocess.run([program, "-c", "\n".join(lines)], capture_output=True, timeout=60, env=env)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture
def world(faultmaven, tmp_path):
    """A store with two cases, the program on PATH, and the three completion scripts."""
    env = {**os.environ, "FAULTMAVEN_STORE": str(tmp_path / "store"), "FAULTMAVEN_USER": "anna", "HOME": str(tmp_path),
           "PATH": "%s:%s" % (pathlib.Path(faultmaven.path).parent, os.environ["PATH"]), "ASAN_OPTIONS": "detect_leaks=0"}
    ids = [faultmaven.run("case", "new", "--title", t, "--json", env=env).json()["case_id"]
           for t in ("It's $HOME: `slow`", "Second one")]
    for name in ("bash", "zsh", "fish"):
        (tmp_path / name).write_bytes(faultmaven.run("completion", name, env=env).out)
    return {"env": env, "ids": ids, "dir": tmp_path}


def bash_words(world, *words):
    quoted = " ".join("'%s'" % w for w in words)
    return shell("bash", "source %s/bash" % world["dir"], "COMP_WORDS=(%s)" % quoted, "COMP_CWORD=%d" % (len(words) - 1),
                 "_faultmaven 2>/dev/null", 'printf "%s\\n" "${COMPREPLY[@]}"', env=world["env"]).split()


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_scripts_are_well_formed(world, name):
    if not shutil.which(name):
        pytest.skip(name + " is not installed")
    subprocess.run([name, "-n", str(world["dir"] / name)], check=True, timeout=60)


def test_bash_completes_commands_options_values_and_cases(world):
    assert bash_words(world, "faultmaven", "cas") == ["case"]
    assert bash_words(world, "faultmaven", "case", "fol") == ["follow-up"]
    assert bash_words(world, "faultmaven", "case", "show", "--vi") == ["--view"]
    assert bash_words(world, "faultmaven", "case", "show", "--view", "") == ["case", "ooda", "phases"]
    assert bash_words(world, "faultmaven", "case", "show", "--view", "=", "o") == ["ooda"]
    assert sorted(bash_words(world, "faultmaven", "case", "show", "")) == sorted(world["ids"])
    assert bash_words(world, "faultmaven", "case", "show", world["ids"][0][:9]) == \
        [i for i in world["ids"] if i.startswith(world["ids"][0][:9])]


def test_fish_completes_with_descriptions(world):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")

    def complete(line):
        out = shell("fish", "source %s/fish" % world["dir"], "complete -C '%s'" % line, env=world["env"])
        return dict(x.split("\t", 1) if "\t" in x else (x, "") for x in out.splitlines())

    assert list(complete("faultmaven case fol")) == ["follow-up"]
    assert "summary" not in complete("faultmaven case show ")
    assert complete("faultmaven case show ")[world["ids"][0]] == "It's $HOME: `slow`"
    assert set(complete("faultmaven case show --view ")) == {"case", "ooda", "phases"}


def test_zsh_takes_the_script_as_a_completion(world):
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    out = shell("zsh", "autoload -Uz compinit && compinit -u -D", "source %s/zsh" % world["dir"],
                "print $_comps[faultmaven]; whence -w _faultmaven", env=world["env"])
    assert out.split("\n")[:2] == ["_faultmaven", "_faultmaven: function"]


def test_an_unknown_shell_is_refused(faultmaven):
    result = faultmaven.run("completion", "tcsh")
    assert result.status == 2 and "bash, zsh and fish" in result.err


def commands_of(faultmaven, *path):
    """Every path of the tree of commands, read from the help texts."""
    text = faultmaven.run(*path, "--help").out.decode()
    yield path
    if "COMMAND" not in text.split("\n")[0]:
        return
    for name in re.findall(r"^  ([a-z][a-z-]*) {2,}\S", text, re.M):
        yield from commands_of(faultmaven, *path, name)


def test_every_command_has_a_manual_page(faultmaven, tmp_path):
    assert faultmaven.run("man", "--directory", tmp_path).status == 0
    pages = {p.name for p in tmp_path.iterdir()}
    expected = {"-".join(("faultmaven",) + path) + ".1" for path in commands_of(faultmaven)}
    assert expected == pages and len(pages) > 40
    add = (tmp_path / "faultmaven-case-add.1").read_text()
    assert ".SH OPTIONS" in add and "\\-\\-no\\-analysis" in add
    assert faultmaven.run("man", "case", "add").out.decode() == add


@pytest.mark.parametrize("tool, args", [("mandoc", ["-T", "lint", "-W", "warning"]),
                                        ("groff", ["-man", "-ww", "-z", "-K", "utf8"])])
def test_manual_pages_are_clean(faultmaven, tmp_path, tool, args):
    if not shutil.which(tool):
        pytest.skip(tool + " is not installed")
    faultmaven.run("man", "--directory", tmp_path)
    for page in sorted(tmp_path.iterdir()):
        done = subprocess.run([tool, *args, str(page)], capture_output=True, timeout=60)
        said = [x for x in (done.stdout + done.stderr).decode().splitlines() if "missing date" not in x]
        assert not said, said[:5]


def on_terminal(args, env, rows=10):
    """Runs a command on a pseudo terminal of that many rows; what arrives there."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(args[0], args, env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    out, end = b"", time.time() + 20
    while time.time() < end:
        ready, _, _ = select.select([fd], [], [], 0.2)
        try:
            part = os.read(fd, 65536) if ready else None
        except OSError:
            break
        if part == b"":
            break
        out += part or b""
    os.close(fd)
    os.waitpid(pid, 0)
    return out.decode("utf-8", "replace")


@pytest.fixture
def paged(world, tmp_path):
    pager = tmp_path / "my pager"
    script = tmp_path / "pager.py"
    script.write_text("import sys\nprint('PAGED', sys.argv[1:])\nsys.stdout.write(sys.stdin.read())\n")
    env = {**world["env"], "PAGER": "python3 %s --flag two" % script, "TERM": "xterm", "NO_COLOR": ""}
    env.pop("FAULTMAVEN_PAGER", None)
    return {**world, "env": env, "show": ["faultmaven", "case", "log", world["ids"][0]]}


def log_of_many_events(paged, faultmaven):
    for i in range(12):
        faultmaven.run("case", "turn", paged["ids"][0], "--message", "note %d" % i, env=paged["env"])


def test_long_output_goes_through_the_pager_on_a_terminal_only(paged, faultmaven):
    log_of_many_events(paged, faultmaven)
    assert "PAGED ['--flag', 'two']" in on_terminal(paged["show"], paged["env"])
    assert "PAGED" not in on_terminal([*paged["show"], "--no-pager"], paged["env"])
    assert "PAGED" not in on_terminal([*paged["show"], "--json"], paged["env"])
    assert "PAGED" not in on_terminal(paged["show"], paged["env"], rows=200), "it fits the screen"
    assert "PAGED" not in on_terminal(paged["show"], {**paged["env"], "PAGER": "cat"})
    assert "PAGED" not in faultmaven.run(*paged["show"][1:], env=paged["env"]).out.decode()
    assert "PAGED" in on_terminal(paged["show"], {**paged["env"], "FAULTMAVEN_PAGER": paged["env"]["PAGER"], "PAGER": "cat"})


def test_a_pager_is_never_a_shell_command(paged, faultmaven, tmp_path):
    log_of_many_events(paged, faultmaven)
    mark = tmp_path / "made-by-a-shell"
    out = on_terminal(paged["show"], {**paged["env"], "PAGER": "true; touch %s; cat" % mark})
    assert not mark.exists()
    assert "case_opened" in out, "a pager that cannot be started costs no output"


def test_colour_is_for_terminals_and_can_be_switched_off(paged):
    show = ["faultmaven", "case", "show", paged["ids"][0], "--no-pager"]
    assert "\x1b[" in on_terminal(show, paged["env"])
    assert "\x1b[" not in on_terminal(show, {**paged["env"], "NO_COLOR": "1"})
    assert "\x1b[" not in on_terminal(show, {**paged["env"], "TERM": "dumb"})
    assert b"\x1b[" not in subprocess.run(show, capture_output=True, env=paged["env"]).stdout
