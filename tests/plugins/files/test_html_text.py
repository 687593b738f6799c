"""HTML to text: what a reader of the page sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_files.html_text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain  text\n with\tspace", "plain text with space"),
        ("salt &amp; pepper &lt;3", "salt & pepper <3"),
        ("file.html", "file.html"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("<p>Wool.</p><p>Warm.</p>", "Wool.\nWarm."),
        ("<p>Wool.\n  Really.<p>Warm", "Wool. Really.\nWarm"),
        ("Wool.<br>Warm.<br/><br />Dry.", "Wool.\nWarm.\nDry."),
        ("<b>Bo</b>ld <abbr>abbr</abbr><span>eviated</span>", "Bold abbreviated"),
        ("Bold<picture></picture>er", "Bolder"),
        ("caf&eacute;&nbsp;&#8364;5", "café €5"),
        ("intro<ul><li>one</li><li>two <b>bold</b></li></ul>outro", "intro\none\ntwo bold\noutro"),
        ("<table><tr><th>Size</th><td>M</td></tr><tr><td>Fit</td><td>wide</td></tr></table>", "Size M\nFit wide"),
        ("<style>p {}</style>a<script>if (a < b) track('<p>')</script>b<template><script>x</script>y</template>", "ab"),
        ("a<!-- <b>hidden</b> -->b<!--[if mso]><p>x</p><![endif]-->c<![if !vml]>d<![endif]>", "abcd"),
        ("<!DOCTYPE html><html><head><title>no</title></head><body><h1>Yes</h1>so</body></html>", "Yes\nso"),
        ("<![[![CDATA[![-", ""),
        ("<p>a", "a"),
        ("<P CLASS='x'>A</P>", "A"),
        ("<div><div><div>deep</div></div></div>", "deep"),
    ],
)
def test_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


TAGS = ["<", "</", ">", "<!", "<![", "<!--", "-->", "]", "&", "&#", ";", "p", "br", "td", "script", "style", "=", '"']
piece = st.sampled_from(TAGS) | st.text(max_size=3)


@given(st.lists(piece, max_size=20))
def test_nothing_that_calls_itself_html_raises(pieces: list[str]) -> None:
    lines = html_to_text("".join(pieces)).split("\n")
    assert lines == [""] or all(line and line == " ".join(line.split()) for line in lines)


def test_a_deep_page() -> None:
    assert html_to_text("<div>" * 5_000 + "x") == "x"
