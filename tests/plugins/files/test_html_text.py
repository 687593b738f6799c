"""HTML to text: what a reader of the page sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_files import html_text
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
        ("intro<ul><li>one</li><li>two <b>bold</b></li></ul>outro", "intro\n- one\n- two bold\noutro"),
        ("<table><tr><th>Size</th><td>M</td></tr><tr><td>Fit</td><td>wide</td></tr></table>", "Size: M\nFit | wide"),
        ("<ol><li>one<li>two</ol><ol><li>first</li></ol><li>stray", "1. one\n2. two\n1. first\n- stray"),
        ("<ul><li><p>one</p><p>more</p></li><li> </li>so</ul>", "- one\nmore\nso"),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n1. b\n- c"),
        ("<table><tr><th>S</th><th>M</th></tr><tr><td>36</td><td></td><td>38</td></tr></table>", "S | M\n36 | 38"),
        ("<table><tr><th>Fabric:</th><td><p>wool</p><p>silk</p></td></tr></table>end", "Fabric: wool silk\nend"),
        ("<table><tr><th>Fabric</th><td> </td></tr><tr><td></td><td>x</td></tr></table>", "Fabric\nx"),
        ("<table><tr><td><p>a</p><ul><li>b</li></ul></td></tr></table>", "a\n- b"),
        ("<table><tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table>d</td></tr></table>", "a | b | c d"),
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


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Strick&shy;jacke f&uuml;r&#8203; alle</p>", "Strickjacke für alle"),
        ("Strick\u00adjacke\ufeff", "Strickjacke"),
        ("<p>Tee &lt;i&gt; &amp;amp; more</p>", "Tee <i> &amp; more"),  # both stand there for the reader to see
        ("<p>Fern &amp;amp; Fjord&amp;#8217;s</p>", "Fern & Fjord’s"),  # all is escaped twice: an exporter's fault
        ("&lt;p&gt;Oak.&lt;/p&gt;&lt;p&gt;Fern &amp;amp; Fjord&lt;/p&gt;", "Oak.\nFern & Fjord"),
        ("press &lt;b&gt; twice", "press <b> twice"),
        ("NULL", ""),
        ("<p>n/a</p>", ""),
        ("<p>&#8203;</p><p>\u202eOak\u202c</p>", "Oak"),
    ],
)
def test_a_text_is_what_was_meant(html: str, text: str) -> None:
    assert html_to_text(html) == text


TAGS = ["<", "</", ">", "<!", "<![", "<!--", "-->", "]", "&", "&#", ";", "p", "br", "td", "script", "style", "=", '"']
piece = st.sampled_from(TAGS) | st.text(max_size=3)


@given(st.lists(piece, max_size=20))
def test_nothing_that_calls_itself_html_raises(pieces: list[str]) -> None:
    lines = html_to_text("".join(pieces)).split("\n")
    assert lines == [""] or all(line and line == " ".join(line.split()) for line in lines)


@pytest.mark.parametrize("times", [800, 100_000])
@pytest.mark.parametrize(
    "tags",
    ["<div>", "<div><p>", "<b>", "<ul>", "<blockquote><a>", "<table><tr><td>", "<select>", "<b><p></b>", "<<b>p>"],
)
def test_a_deep_page(tags: str, times: int) -> None:
    # A standard parser's time grows with the square of the depth: this would take minutes.
    assert html_to_text(tags * times + "x").endswith("x")


def test_a_tag_with_many_attributes() -> None:
    assert html_to_text("<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x") == "x"


def test_a_page_that_is_no_description_is_read_in_paragraphs() -> None:
    page = "<ul class='x'><li>a<b>b</b><script>if (a<b) c()</script></li><li>c &amp; d</li></ul>" * 1_000
    assert html_to_text(page) == "\n".join(["ab", "c & d"] * 1_000)


def test_pages_leave_nothing_behind() -> None:
    assert html_to_text("<ul><li>a<script>") == "- a"
    assert html_to_text("b<p>c") == "b\nc"
    documents = []
    for _ in range(8):
        html_to_text("<p>" + "x" * 60_000)
        documents.append(html_text._LOCAL.document)
    assert len({id(document) for document in documents}) in {2, 3}  # it keeps what was ever in it, so has to go


def test_text_that_no_file_can_hold() -> None:
    assert html_to_text("<p>a\ud800</p>") == "a?"
    assert html_to_text("<p>a\0b</p>").startswith("a")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<p>Oak.</p><p style="display: none">cheap oak stool buy</p>', "Oak."),
        ('<p>Oak.</p><div hidden><p>Draft</p></div><p style="color:red">Ash.</p>', "Oak.\nAsh."),
        ("<p>The hidden drawer is of oak.</p>", "The hidden drawer is of oak."),
        (
            '<div data-content-type="html" data-decoded="true">&lt;p&gt;Oak.&lt;/p&gt;</div><p>a &lt; b</p>',
            "Oak.\na < b",
        ),
    ],
)
def test_what_a_reader_sees_is_read(html: str, text: str) -> None:
    assert html_to_text(html) == text
