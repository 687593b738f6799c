"""Which encoding a text is in, by evidence.  All texts are invented."""

import pytest

from shoptune_files.encodings import detect_encoding

TEXTS = {
    "ru": ("Мягкий шарф из шерсти для прогулок у моря. Не колется и хорошо стирается.", "cp1251 koi8_r cp866"),
    "uk": ("М'який шарф із вовни для прогулянок. Її легко прати, ґудзики дерев'яні.", "cp1251"),
    "pl": (
        "Miękki szal z wełny na długie spacery. Łatwo się pierze, świetnie leży i grzeje w każdą noc.",
        "cp1250 iso8859_2",
    ),
    "cs": ("Měkká šála z vlny na dlouhé procházky. Snadno se pere, hřeje a výborně padne.", "cp1250 iso8859_2"),
    "hu": ("Puha gyapjúsál hosszú sétákhoz. Könnyű mosni, jól melegít, nagyon tetszetős és időtálló.", "cp1250"),
    "de": ("Weicher Schal aus Wolle für lange Spaziergänge. Größe 30 × 180 cm – schön warm.", "cp1252"),
    "de dos": ("Weicher Schal aus Wolle für lange Spaziergänge. Schön warm, Größe mittel.", "cp850 mac_roman latin_1"),
    "fr": ("Écharpe douce en laine, idéale pour l’hiver. Très légère, à laver à la main, déjà prête à 12 €.", "cp1252"),
    "sv": ("Mjuk halsduk av ull för långa promenader. Lätt att tvätta och går att bära året om.", "cp1252"),
    "pt": ("Cachecol macio de lã para longas caminhadas. Não pica, fácil de lavar à mão, ótimo no verão.", "cp1252"),
    "es": ("Bufanda suave de lana para paseos largos. ¿Para niños? Sí, fácil de lavar y con diseño único.", "cp1252"),
    "tr": ("Uzun yürüyüşler için yumuşak yün atkı. Kolay yıkanır, sıcak tutar ve çok şık durur.", "cp1254"),
    "lt": (
        "Minkštas vilnonis šalikas ilgiems pasivaikščiojimams. Lengvai skalbiamas, švelnus, ąžuolo sagos.",
        "cp1257",
    ),
    "el": ("Μαλακό μάλλινο κασκόλ για μεγάλους περιπάτους. Πλένεται εύκολα.", "cp1253"),
    "he": ("צעיף צמר רך לטיולים ארוכים. קל לכביסה ונעים מאוד.", "cp1255"),
    "ar": ("وشاح صوفي ناعم للمشي الطويل. سهل الغسل ودافئ جدا.", "cp1256"),
    "ja": ("長い散歩のためのやわらかいウールのマフラーです。洗濯も簡単です。", "cp932 euc_jp utf-16-le"),
    "zh": ("适合长途散步的柔软羊毛围巾。清洗方便，十分保暖。", "gb18030"),
    "ko": ("긴 산책을 위한 부드러운 양모 목도리입니다. 세탁이 쉽고 따뜻합니다.", "cp949"),
    "en": ("A soft scarf for long walks — it’s warm, and £12 cheaper.", "cp1252 utf-16-le utf-16-be"),
}


@pytest.mark.parametrize(
    ("text", "encoding"), [(text, encoding) for text, names in TEXTS.values() for encoding in names.split()]
)
@pytest.mark.parametrize("rows", [4, 40])
def test_the_text_is_read_as_it_was_written(text: str, encoding: str, rows: int) -> None:
    table = "id,name,description\n" + "".join(f"{row},{text[:20]} {row},{text}\n" for row in range(rows))
    written = table.encode(encoding)
    found = detect_encoding([written[:100], written[100:]])
    assert found is not None
    assert written.decode(found) == table


def test_utf_8_is_utf_8_even_where_it_is_damaged() -> None:
    text = "id,name\n1,Größe, Łyżka, плед\n" * 5
    assert detect_encoding([text.encode()]) == "utf-8"
    assert detect_encoding([text.encode()[:-20] + b"\xc5"]) == "utf-8"  # cut in the middle of a character
    assert detect_encoding([text.encode() + b"2,caf\xe9,\n"]) is None
    assert detect_encoding([b"plain\n", b""]) == "utf-8"
    assert detect_encoding([]) == "utf-8"


def test_what_is_no_text_is_nothing() -> None:
    assert detect_encoding([bytes(range(128, 256)) * 20]) is None
