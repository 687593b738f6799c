"""The worst text in every name, in every format: it stays text, and changes nothing around it.

Each format is read with its standard parser.  What the parser finds besides text (elements, rows, keys, families) must
be the same as for a harmless word in the same places.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard
from lxml import etree, html  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from shoptune.comparison import Comparison
from shoptune.components import Section
from shoptune.testing.hostile import everywhere
from shoptune_reports.plugin import register_report_formats

Files = Mapping[str, str]
Read = tuple[object, str]
"""What stands around the texts, and all texts."""

FORMATS = {kind.name: kind.render for kind in register_report_formats()}
TEXTS = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)></style></title></textarea>",
    "script link": "[here](javascript:alert(1)) ![there](http://evil.example/p.png) <javascript:alert(1)>",
    "address": "https://evil.example www.evil.example someone@evil.example @everyone #1",
    "right to left": "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe\N{POP DIRECTIONAL FORMATTING}\N{RIGHT-TO-LEFT MARK} مصباح",
    "emoji": "\N{SOCKS}\N{FLAG IN HOLE}\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-5} :bomb:",
    "table": "a | b || c |\n|---|---|\n| d | e |",
    "markdown": "**b** _i_ `c` ~~d~~\n\n# h\n- l\n1. n\n> q\n```\nf\n---",
    "references": "&lt;b&gt; &amp; &#60;b&#62; ]]> <!-- --> <?xml?> <![CDATA[",
    "quotes": '" \' ` \\ \\" onmouseover="alert(1)" {{ 7 * 7 }} {% x %} ${x}',
    "formula": '=HYPERLINK("http://x";"y")',
    "yaml": "---\n: x # y !!python/object:os.system &a *a",
    "lines": "a\r\nb\x85c\u2028d\u2029e\tf",
}


@pytest.fixture(scope="module")
def small(comparison: Comparison) -> Comparison:
    """Two metrics, two candidates, one sample, and one of each of the rest."""
    metrics, candidates = ("chrf", "copy_rate"), ("base", "sft")
    results = [r for r in comparison.results if r.metric in metrics and r.candidate in candidates]
    return comparison.model_copy(
        update={
            "candidates": [candidate for candidate in comparison.candidates if candidate.name in candidates],
            "metrics": [metric for metric in comparison.metrics if metric.name in metrics],
            "results": [r for r in results if r.slice is None or r.slice.value == "Hats"],
            "cost": [cost for cost in comparison.cost if cost.candidate in candidates],
            "training": comparison.training[:1],
            "gates": comparison.gates[:1],
            "samples": [
                sample.model_copy(update={"answers": {name: sample.answers[name] for name in candidates}})
                for sample in comparison.samples[:1]
            ],
        }
    )


def read_html(files: Files, _: Path) -> Read:
    root = html.document_fromstring(files["report.html"])
    elements = [element for element in root.iter() if element.tag != "wbr"]
    for element in elements:
        names = [str(name) for name in element.attrib]
        assert not [name for name in names if name.startswith("on") or name in ("src", "srcdoc", "style")]
        assert str(element.get("href", "#")).startswith("#")
    return Counter(str(element.tag) for element in elements), "".join(str(text) for text in root.itertext())


def read_markdown(files: Files, _: Path) -> Read:
    return _markdown(files["report.md"])


def read_json(files: Files, _: Path) -> Read:
    texts = [files["comparison.json"], *files["samples.jsonl"].strip("\n").split("\n")]
    read = [json.loads(text) for text in texts]
    return _shape(read), " ".join(_texts(read))


def read_junit(files: Files, _: Path) -> Read:
    root = etree.fromstring(files["junit.xml"].encode())
    shape = [(element.tag, sorted(element.attrib)) for element in root.iter()]
    assert all(isinstance(tag, str) for tag, _ in shape), "comments and processing instructions are no elements"
    return shape, " ".join(text for element in root.iter() for text in (*element.attrib.values(), element.text or ""))


def read_csv(files: Files, _: Path) -> Read:
    tables = [
        list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)) for text in files.values()
    ]
    cells = [cell for table in tables for row in table for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r")]
    return [[len(row) for row in table] for table in tables], " ".join(cells)


def read_openmetrics(files: Files, _: Path) -> Read:
    families = list(text_string_to_metric_families(files["metrics.txt"]))  # type: ignore[no-untyped-call]
    shape = [(family.name, family.type, len(family.samples)) for family in families]
    return shape, " ".join(label for family in families for s in family.samples for label in s.labels.values())


def read_model_card(files: Files, folder: Path) -> Read:
    (text,) = files.values()
    path = folder / "README.md"
    path.write_text(text, encoding="utf-8")
    card = ModelCard.load(path)
    about: dict[str, Any] = card.data.to_dict()
    tokens, shown = _markdown(card.text)
    return (_shape(about), tokens), " ".join((*_texts(about), shown))


def _markdown(text: str) -> Read:
    """Read as a site does that lets HTML through and makes links of addresses and mentions."""
    assert not re.search(r"https?://|www\.|@everyone|@evil", text)
    blocks = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    tokens = [token for block in blocks for token in (block, *(block.children or ()))]
    words = ("text", "text_special")
    around = [(token.type, token.content if token.type.startswith("html") else "") for token in tokens]
    return [each for each in around if each[0] not in words], " ".join(t.content for t in tokens if t.type in words)


def _shape(anything: object) -> object:
    """Return the types of what was read, without texts, which are keys of some mappings as well."""
    if isinstance(anything, dict):
        return [_shape(inner) for inner in anything.values()]
    if isinstance(anything, list):
        return [_shape(inner) for inner in anything]
    return type(anything)


def _texts(anything: object) -> Iterator[str]:
    if isinstance(anything, dict):
        yield from (text for pair in anything.items() for each in pair for text in _texts(each))
    elif isinstance(anything, list):
        yield from (text for each in anything for text in _texts(each))
    else:
        yield str(anything)


READERS: dict[str, Callable[[Files, Path], Read]] = {
    "html": read_html,
    "markdown": read_markdown,
    "json": read_json,
    "junit": read_junit,
    "csv": read_csv,
    "openmetrics": read_openmetrics,
    "model_card": read_model_card,
}


def letters(text: str) -> str:
    """Return a text without white space, and without signs that nobody sees and that formats leave out or put in."""
    return re.sub("[\\s\x85\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def test_every_format_is_read_back() -> None:
    assert READERS.keys() == FORMATS.keys()


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_hostile_text_stays_text(small: Comparison, kind: str, text: str, tmp_path: Path) -> None:
    def read(words: str) -> Read:
        section = Section(title=words, markdown="Some words.")
        return READERS[kind](FORMATS[kind](everywhere(small, words), [section]), tmp_path)

    harmless, _ = read("lamp")
    around, shown = read(text)
    assert around == harmless
    assert letters(text) in letters(shown)


@pytest.mark.parametrize("kind", READERS)
def test_a_word_of_ten_thousand_letters_is_no_harm(small: Comparison, kind: str, tmp_path: Path) -> None:
    READERS[kind](FORMATS[kind](everywhere(small, "w" * 10_000), []), tmp_path)
