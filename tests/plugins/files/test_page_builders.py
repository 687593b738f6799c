"""What a shop system replaces before a shopper sees the page."""

import pytest

from shoptune_files.html_text import html_to_text
from shoptune_files.page_builders import without_shortcodes


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("[vc_row][vc_column width='1/2']Soft wool.[/vc_column][/vc_row]", "Soft wool."),
        ('[et_pb_section fb_built="1"][et_pb_text]<p>Soft.</p>[/et_pb_text]', "<p>Soft.</p>"),
        ('Oak. [gallery ids="4,5"] Ash. [gallery]', "Oak.  Ash. "),
        ("Oak. [gallery ids=&#8220;4,5&#8221;]", "Oak. "),
        ('[caption id="a1" width="30"]<img src="x.jpg"> A stool[/caption]', '<img src="x.jpg"> A stool'),
        ("[b]Bold[/b] words", "Bold words"),
        ("[embed]https://video.invented.example/1[/embed] Watch", " Watch"),
        ("[vc_raw_html]JTNDcCUzRQ==[/vc_raw_html]Warm", "Warm"),
        ("[video src='x.mp4'] Words between. [video src='y.mp4'][/video]", " Words between. "),
        ("[2 pieces] [new] [see note] [Pre-order] [A/B] [sic]", "[2 pieces] [new] [see note] [Pre-order] [A/B] [sic]"),
        ("an [open bracket and array[0]", "an [open bracket and array[0]"),
        ('{{widget type="Magento\\Cms\\Block" template="a.phtml"}}Warm', "Warm"),
        ('<img src="{{media url="a.jpg"}}">', '<img src="">'),
        ("{% if a %}Warm{% endif %} {{ shop.name }} %%sitename%%", "Warm  "),
        ("{a} 50%% off %% {b}", "{a} 50%% off %% {b}"),
        ("{hook h='displayStock'}Warm {$product.name}{if $a}dry{/if}", "Warm dry"),
        ("{2 cups} {optional} $5 {l}", "{2 cups} {optional} $5 {l}"),
        ("[url=https://a.invented.example]Guide[/url] [size=5]Big[/size]", "Guide Big"),
        ("[list][*]Oak[*]Ash[/list]", "- Oak- Ash"),
        ("[[tab:Care]]Rinse.[[/tab]]", "CareRinse."),
        ("[note: fragile] [size=5]", "[note: fragile] [size=5]"),
    ],
)
def test_sources(source: str, text: str) -> None:
    assert without_shortcodes(source, "") == text


def test_neighbours_do_not_grow_together() -> None:
    assert html_to_text("[vc_row]Oak stool[/vc_row][vc_row]Soft seat[/vc_row]") == "Oak stool\nSoft seat"


@pytest.mark.parametrize(
    "part",
    [
        "[",
        "[a",
        "[a ",
        "[a b=",
        '[a b="',
        "[a b='x' ",
        "[a_b]",
        "[embed]",
        "[/a]",
        "{{",
        "{%",
        "%%a",
        "{$a",
        "{if ",
        "{hook h=",
        "[*]",
        "[a:b",
    ],
)
def test_a_long_adversary_is_read_at_once(part: str) -> None:
    without_shortcodes(part * 100_000)
