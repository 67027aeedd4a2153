from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from quoth.errors import PromptError
from quoth.prompts import sandbox
from quoth.prompts.template import render_messages

MESSAGES = [{"role": "user", "content": "Hello"}]
NOW = datetime(2024, 7, 26)


def render(source: str) -> str:
    return sandbox.render_untrusted(source, MESSAGES, variables={}, now=NOW)


def workers() -> list[psutil.Process]:
    """Return the processes that render templates for this one."""
    children = psutil.Process().children()
    return [child for child in children if "quoth.prompts.worker" in str(child.cmdline())]


GROW = "{% set ns = namespace(x=START) %}{% for i in range(60) %}{% set ns.x = STEP %}{% endfor %}"
NESTED = "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}"  # noqa: E501

MALICIOUS = {
    "python internals": ("{{ ''.__class__.__mro__ }}", "may not do"),
    "internals by attr": ("{{ (''|attr('__class__')).__mro__ }}", "may not do"),
    "internals by format": ("{{ '{0.__class__.__mro__}'.format(messages) }}", "may not do"),
    "internals of a global": ("{{ cycler.__init__.__globals__.os }}", "may not do"),
    "internals of the clock": ("{{ strftime_now.__self__.__class__.__mro__ }}", "may not do"),
    "a private name": ("{% set ns = namespace(__class__=1) %}", "may not do"),
    "a changed message": ("{{ messages.append(1) }}", "may not do"),
    "a file": ("{% include '/etc/passwd' %}", "fails"),
    "a long range": ("{% for i in range(10**12) %}{% endfor %}", "Range too big"),
    "a nested loop": (
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "longer than",
    ),
    "a loop that writes": (
        "{% for i in range(99999) %}{{ 'a' * 9999 }}{% endfor %}",
        "writes more",
    ),
    "an endless macro": ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion"),
    "a branching macro": (
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(99)}}",
        "longer than",
    ),
    "a gigabyte": ("{{ 'a' * 10**9 }}", "memory"),
    "a terabyte": ("{{ 'a' * 10**12 }}", "memory"),
    "a long list": ("{{ [1] * 10**9 }}", "memory"),
    "a wide format": ("{{ '%1000000000d' % 1 }}", "memory"),
    "a wide column": ("{{ 'a'|center(10**9) }}", "memory"),
    "a huge power": ("{{ 9**(9**9) }}", "longer than"),
    "doubled text": (
        GROW.replace("START", "'a'").replace("STEP", "ns.x ~ ns.x"),
        "memory|longer than",  # whichever limit a busy machine meets first
    ),
    "squared number": (GROW.replace("START", "3").replace("STEP", "ns.x * ns.x"), "longer than"),
    "an exponential text": (NESTED + "{{ ns.x }}", "longer than|memory"),
    "an exponential comparison": (NESTED + "{{ ns.x == ns.y }}", "longer than"),
    "deep brackets": ("{{ " + "(" * 50_000 + " }}", "fails|crashed|memory"),
    "deep negation": ("{{ " + "not " * 50_000 + "1 }}", "fails|crashed|memory"),
}


@pytest.mark.parametrize(("source", "reason"), MALICIOUS.values(), ids=MALICIOUS)
def test_a_malicious_template_ends_in_one_clear_error_within_two_seconds(
    source: str, reason: str
) -> None:
    started = time.process_time()  # a busy machine makes it no longer
    with pytest.raises(PromptError, match=reason):
        render(source)
    assert time.process_time() - started < 2
    assert render("{{ messages[0].content }}") == "Hello"


def test_a_template_says_why_it_refuses() -> None:
    with pytest.raises(sandbox.TemplateRefusalError, match="No tools here!"):
        render("{{ raise_exception('No tools here!') }}")


def test_an_invalid_template_names_its_line() -> None:
    with pytest.raises(PromptError, match="line 2"):
        render("fine\n{% if %}")


def test_the_day_is_the_one_given() -> None:
    assert render("{{ strftime_now('%d %B %Y') }}") == "26 July 2024"


def test_generation_blocks_and_loop_controls() -> None:
    source = "{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{% generation %}<{{ i }}>{% endgeneration %}{% endfor %}"  # noqa: E501
    assert render(source) == "<0><1>"


def test_json_is_not_escaped() -> None:
    assert render("{{ {'k': \"<é'🙂>\"}|tojson }}") == '{"k": "<é\'🙂>"}'


def test_tools_are_none_and_an_empty_list_for_a_template_that_does_not_ask() -> None:
    assert render("{{ tools is none }}") == "True"
    assert render("{% for tool in tools %}{% endfor %}{{ tools }}") == "[]"


def test_any_text_survives_the_way_to_the_worker() -> None:
    text = "\x00\u2028\ud800 {{ 'a' }} \r\n 🙂"
    messages = [{"role": "user", "content": text}]
    assert render_messages(messages, template="{{ messages[0].content }}") == text


def test_messages_that_json_cannot_hold_are_refused() -> None:
    with pytest.raises(PromptError, match="passed to"):
        render_messages([{"role": "user", "content": object()}], template="x")


def test_many_threads_share_the_worker() -> None:
    def one(number: int) -> str:
        messages = [{"role": "user", "content": str(number)}]
        return render_messages(messages, template="{{ messages[0].content * 3 }}")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(200))) == [str(number) * 3 for number in range(200)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_gets_a_worker_of_its_own() -> None:
    assert render("parent") == "parent"
    child = os.fork()
    if child == 0:
        os._exit(0 if render("child") == "child" else 1)
    assert render("parent again") == "parent again"
    assert os.waitpid(child, 0)[1] == 0


def test_a_lost_worker_is_replaced() -> None:
    assert render("one") == "one"
    (worker,) = workers()
    worker.kill()
    psutil.wait_procs([worker])
    gc.collect()
    assert render("two") == "two"


def test_a_template_is_compiled_once() -> None:
    loop = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}"
    unused = "{% if false %}" + loop * 100 + "{% endif %}"

    def least(sources: list[str]) -> float:
        """Return the least time of a rendering, in seconds."""
        times = []
        for source in sources:
            started = time.perf_counter()
            render(source)
            times.append(time.perf_counter() - started)
        return min(times)

    anew = least([f"{n}{unused}" for n in range(5)])
    again = least([unused] * 20)
    assert again < anew / 4


def test_the_worker_ends_with_its_process() -> None:
    program = (
        "import psutil\n"
        "from quoth.prompts import render_messages\n"
        "render_messages([], template='x')\n"
        "print(*(child.pid for child in psutil.Process().children()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stderr == ""
    assert not psutil.pid_exists(int(done.stdout))
